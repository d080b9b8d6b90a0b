namespace TalkingMachines.Tensors.Reference;

internal sealed partial class ReferenceBackend
{
    public override void Attention(Tensor q, Tensor k, Tensor v, Tensor? bias, float scale, Tensor y, Tensor? logSum)
    {
        int batch = q.Shape[0], queries = q.Shape[1], heads = q.Shape[2], keys = k.Shape[1];
        double[] weights = new double[keys];
        for (int b = 0; b < batch; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                for (int i = 0; i < queries; i++)
                {
                    Logits(q, k, bias, scale, b, h, i, weights);
                    double total = LogSumExp(weights);
                    if (logSum is not null) logSum.Doubles[LogSumIndex(q, b, h, i)] = total;
                    var target = Token(y, b, i, h);
                    target.Clear();
                    for (int j = 0; j < keys; j++) Accumulate(Token(v, b, j, h), Math.Exp(weights[j] - total), target);
                }
            }
        }
    }

    /// <summary>
    /// With p = exp(logit - logSum) and dp_j = dy . v_j, the softmax passes ds_j = p_j (dp_j - sum_i p_i dp_i), and that sum is dy . y.
    /// </summary>
    public override void AttentionGradient(Tensor q, Tensor k, Tensor v, Tensor? bias, float scale, Tensor y, Tensor logSum, Tensor dy, Tensor dq, Tensor dk, Tensor dv, Tensor? dbias)
    {
        int batch = q.Shape[0], queries = q.Shape[1], heads = q.Shape[2], keys = k.Shape[1];
        double[] logits = new double[keys];
        dq.Doubles.Clear();
        dk.Doubles.Clear();
        dv.Doubles.Clear();
        dbias?.Doubles.Clear();
        for (int b = 0; b < batch; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                for (int i = 0; i < queries; i++)
                {
                    Logits(q, k, bias, scale, b, h, i, logits);
                    double total = logSum.Doubles[LogSumIndex(q, b, h, i)];
                    ReadOnlySpan<double> query = Token(q, b, i, h), above = Token(dy, b, i, h);
                    double mean = Dot(above, Token(y, b, i, h));
                    for (int j = 0; j < keys; j++)
                    {
                        double p = Math.Exp(logits[j] - total);
                        double ds = p * (Dot(above, Token(v, b, j, h)) - mean);
                        Accumulate(above, p, Token(dv, b, j, h));
                        Accumulate(Token(k, b, j, h), ds * scale, Token(dq, b, i, h));
                        Accumulate(query, ds * scale, Token(dk, b, j, h));
                        if (dbias is not null) dbias.Doubles[BiasIndex(dbias, h, i) + j] += ds;
                    }
                }
            }
        }
    }

    /// <summary>logits[j] = q_i . k_j * scale + bias[i,j]</summary>
    static void Logits(Tensor q, Tensor k, Tensor? bias, double scale, int b, int h, int i, Span<double> logits)
    {
        ReadOnlySpan<double> query = Token(q, b, i, h);
        for (int j = 0; j < logits.Length; j++)
            logits[j] = (Dot(query, Token(k, b, j, h)) * scale) + (bias is null ? 0 : bias.Doubles[BiasIndex(bias, h, i) + j]);
    }

    /// <summary>log of the sum of exp, the largest taken out so that nothing overflows.</summary>
    static double LogSumExp(ReadOnlySpan<double> values)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double value in values) largest = Math.Max(largest, value);
        foreach (double value in values) sum += Math.Exp(value - largest);
        return largest + Math.Log(sum);
    }

    /// <summary>The D numbers of token <paramref name="s"/> and head <paramref name="h"/> of a tensor [B,S,H,D].</summary>
    static Span<double> Token(Tensor x, int b, int s, int h) => Row(x, (((b * x.Shape[1]) + s) * x.Shape[2]) + h);

    /// <summary>Place of a query in logSum [B,H,Sq].</summary>
    static int LogSumIndex(Tensor q, int b, int h, int i) => (((b * q.Shape[2]) + h) * q.Shape[1]) + i;

    /// <summary>Start of the row of query <paramref name="i"/> in a bias [1 or H,Sq,Sk].</summary>
    static int BiasIndex(Tensor bias, int h, int i) => (((bias.Shape[0] == 1 ? 0 : h) * bias.Shape[1]) + i) * bias.Shape[2];
}
