namespace TalkingMachines.Tensors.Reference;

internal sealed partial class ReferenceBackend
{
    public override void AdamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, float rate, float beta1, float beta2, float epsilon, float decay, int step)
    {
        Span<double> w = weight.Doubles, first = m.Doubles, second = v.Doubles;
        ReadOnlySpan<double> g = gradient.Doubles;
        double correction1 = 1 - Math.Pow(beta1, step), correction2 = 1 - Math.Pow(beta2, step);
        for (int i = 0; i < w.Length; i++)
        {
            first[i] = (beta1 * first[i]) + ((1.0 - beta1) * g[i]);
            second[i] = (beta2 * second[i]) + ((1.0 - beta2) * g[i] * g[i]);
            double change = first[i] / correction1 / (Math.Sqrt(second[i] / correction2) + epsilon);
            w[i] -= rate * (change + (decay * w[i]));
        }
    }
}
