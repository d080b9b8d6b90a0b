namespace TalkingMachines.Tensors;

/// <summary>Elementwise functions of one argument.</summary>
public enum Unary
{
    /// <summary>-x</summary>
    Negate,
    /// <summary>|x|; derivative sign(x), 0 at 0</summary>
    Abs,
    /// <summary>x^2</summary>
    Square,
    /// <summary>sqrt(x)</summary>
    Sqrt,
    Exp,
    Tanh,
    Sigmoid,
    /// <summary>max(x, 0)</summary>
    Relu,
    /// <summary>x * sigmoid(x)</summary>
    Silu,
    /// <summary>0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))</summary>
    Gelu,
    /// <summary>0.5 x (1 + erf(x / sqrt 2))</summary>
    GeluErf,
}

public enum Binary
{
    Add,
    Subtract,
    Multiply,
    Divide,
    /// <summary>max(a, b); where they are equal the gradient is b's</summary>
    Maximum,
}

/// <summary>How a value between cells is made of the cells around.</summary>
public enum Sampling
{
    /// <summary>Of 2x2 cells, by nearness.</summary>
    Bilinear,
    /// <summary>Of 4x4 cells by cubic convolution with a = -0.5, on each axis a Catmull-Rom spline (Keys 1981): blurs less, may overshoot beside an edge.</summary>
    Cubic,
}

/// <summary>Where a convolution reads: stride and zero padding by axis (T time, H height, W width). Causal: all of the time padding in front.</summary>
public readonly record struct ConvolutionWindow(
    int StrideT, int StrideH = 1, int StrideW = 1,
    int FrontT = 0, int BackT = 0, int FrontH = 0, int BackH = 0, int FrontW = 0, int BackW = 0)
{
    /// <summary>Stride 1, no padding. (Without this, new() would mean stride 0.)</summary>
    public ConvolutionWindow()
        : this(1)
    {
    }

    /// <summary>Same size out as in, for odd kernels at stride 1; time padded on the past side only when causal.</summary>
    public static ConvolutionWindow Same(int kernelT, int kernelH, int kernelW, bool causal = false) => new(
        StrideT: 1, FrontT: causal ? kernelT - 1 : kernelT / 2, BackT: causal ? 0 : kernelT / 2,
        FrontH: kernelH / 2, BackH: kernelH / 2, FrontW: kernelW / 2, BackW: kernelW / 2);

    public int OutT(int size, int kernel) => Out(size + FrontT + BackT, kernel, StrideT);

    public int OutH(int size, int kernel) => Out(size + FrontH + BackH, kernel, StrideH);

    public int OutW(int size, int kernel) => Out(size + FrontW + BackW, kernel, StrideW);

    static int Out(int padded, int kernel, int stride) => padded < kernel ? 0 : ((padded - kernel) / stride) + 1;
}

/// <summary>
/// All that a device must do. Inputs and outputs are contiguous tensors of this device; outputs (last arguments,
/// named y or d...) are allocated by the caller, hold garbage on entry and never alias an input unless said.
/// Shapes have been checked by <see cref="Tensor"/>: back ends trust them. Gradients are written, not accumulated, unless said.
/// The plain loops in Reference/ are the definition of every method.
/// </summary>
public abstract class Backend : IDisposable
{
    public abstract void Fill(Tensor y, float value);

    /// <summary>y = x, same count.</summary>
    public abstract void Copy(Tensor x, Tensor y);

    public abstract void Apply(Unary op, Tensor x, Tensor y);

    /// <summary>dx = dy * op'(x)</summary>
    public abstract void ApplyGradient(Unary op, Tensor x, Tensor dy, Tensor dx);

    /// <summary>y = a op b; a and b broadcast to y's shape (axes matched from the end, extents of 1 stretch).</summary>
    public abstract void Combine(Binary op, Tensor a, Tensor b, Tensor y);

    /// <summary>y = x * scale + offset</summary>
    public abstract void Affine(Tensor x, float scale, float offset, Tensor y);

    /// <summary>y += x * scale, same shape. The accumulation of gradients.</summary>
    public abstract void AddTo(Tensor x, float scale, Tensor y);

    /// <summary>y = x + a * gate; x, a same shape [..,D]; gate [R,D], R divides the N rows of x: row n uses gate row n * R / N.</summary>
    public abstract void AddGated(Tensor x, Tensor a, Tensor gate, Tensor y);

    /// <summary>Sums x over the axes that y's shape stretches (y broadcasts to x): the gradient of broadcasting, and every reduction.</summary>
    public abstract void SumTo(Tensor x, Tensor y);

    /// <summary>y[n,m,p] = sum_k A[n,m,k] B[n,k,p]; leading axes are batch. a is [..,M,K], or [..,K,M] if transposeA; b is [..,K,P], or [..,P,K] if transposeB. A b of rank 2 serves every batch.</summary>
    public abstract void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor y);

    /// <summary>y[n,o] = sum_i x[n,i] weight[o,i] + bias[o]; x [..,I], bias may be null.</summary>
    public abstract void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y);

    /// <summary>x [B,C,T,H,W], weight [O,C,kT,kH,kW], bias [O] or null, y [B,O,T',H',W']. Cross-correlation, as in the field.</summary>
    public abstract void Convolution(Tensor x, Tensor weight, Tensor? bias, in ConvolutionWindow window, Tensor y);

    /// <summary>dx of <see cref="Convolution"/>.</summary>
    public abstract void ConvolutionInputGradient(Tensor dy, Tensor weight, in ConvolutionWindow window, Tensor dx);

    /// <summary>dweight of <see cref="Convolution"/>, summed over the batch.</summary>
    public abstract void ConvolutionWeightGradient(Tensor x, Tensor dy, in ConvolutionWindow window, Tensor dweight);

    /// <summary>y = softmax(q k^T * scale + bias) v by head. q [B,Sq,H,D]; k, v [B,Sk,H,D]; bias null or [1 or H,Sq,Sk] (negative infinity hides a key; every query sees at least one); y [B,Sq,H,D]; logSum [B,H,Sq] = log sum exp of the logits, for the gradient, or null. Never holds the Sq x Sk matrix of a whole head in memory.</summary>
    public abstract void Attention(Tensor q, Tensor k, Tensor v, Tensor? bias, float scale, Tensor y, Tensor? logSum);

    /// <summary>Gradients of <see cref="Attention"/>; dbias null or of bias' shape (summed over batch, and over heads if [1,Sq,Sk]).</summary>
    public abstract void AttentionGradient(Tensor q, Tensor k, Tensor v, Tensor? bias, float scale, Tensor y, Tensor logSum, Tensor dy, Tensor dq, Tensor dk, Tensor dv, Tensor? dbias);

    /// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis (population variance). weight and bias [R,D] or both null; R divides the N rows of x: row n uses weight row n * R / N (R = 1: affine; R = frames: modulation).</summary>
    public abstract void LayerNorm(Tensor x, Tensor? weight, Tensor? bias, float epsilon, Tensor y);

    /// <summary>dx, and dweight, dbias [R,D] where weight is given.</summary>
    public abstract void LayerNormGradient(Tensor x, Tensor? weight, float epsilon, Tensor dy, Tensor dx, Tensor? dweight, Tensor? dbias);

    /// <summary>y = x / sqrt(mean(x^2) + epsilon) * weight over the last axis; weight [D].</summary>
    public abstract void RmsNorm(Tensor x, Tensor weight, float epsilon, Tensor y);

    public abstract void RmsNormGradient(Tensor x, Tensor weight, float epsilon, Tensor dy, Tensor dx, Tensor dweight);

    /// <summary>y = x / max(||x||, 1e-12) * sqrt(C) * gain[c], the norm over axis 1 of x [B,C,...]; gain [C]. (Wan's autoencoder.)</summary>
    public abstract void ChannelNorm(Tensor x, Tensor gain, Tensor y);

    public abstract void ChannelNormGradient(Tensor x, Tensor gain, Tensor dy, Tensor dx, Tensor dgain);

    /// <summary>y = z * sigmoid(z), z as <see cref="ChannelNorm"/> has it; in one pass over memory.</summary>
    public abstract void ChannelNormSilu(Tensor x, Tensor gain, Tensor y);

    /// <summary>Rotates the pairs (2j, 2j+1) of x [B,S,H,D] by angle[s,j]; cos and sin are [S,D/2]. inverse rotates back (its gradient).</summary>
    public abstract void Rotary(Tensor x, Tensor cos, Tensor sin, bool inverse, Tensor y);

    /// <summary>Repeats each cell of x [N,H,W] factor x factor times: y [N,H*factor,W*factor].</summary>
    public abstract void UpsampleNearest(Tensor x, int factor, Tensor y);

    /// <summary>Sums factor x factor cells: x [N,H*factor,W*factor], y [N,H,W]. Gradient of <see cref="UpsampleNearest"/>, and average pooling times factor^2.</summary>
    public abstract void SumPool(Tensor x, int factor, Tensor y);

    /// <summary>Bilinear resize, pixel centres at (i + 0.5) * in / out - 0.5, clamped at the border; x [N,H,W], y [N,H',W'].</summary>
    public abstract void ResizeBilinear(Tensor x, Tensor y);

    /// <summary>Adjoint of <see cref="ResizeBilinear"/>: dy [N,H',W'], dx [N,H,W].</summary>
    public abstract void ResizeBilinearGradient(Tensor dy, Tensor dx);

    /// <summary>y[n,c,i,j] = x[n * M / N, c] sampled at (i + flow[n,1,i,j], j + flow[n,0,i,j]) pixels, coordinates and the cells around clamped to the picture; x [M,C,H,W], flow [N,2,H,W], M divides N.</summary>
    public abstract void Warp(Tensor x, Tensor flow, Sampling sampling, Tensor y);

    /// <summary>dx (may be null) and dflow of <see cref="Warp"/>; where a coordinate is clamped, or on the last cell, its flow gradient is 0.</summary>
    public abstract void WarpGradient(Tensor x, Tensor flow, Sampling sampling, Tensor dy, Tensor? dx, Tensor dflow);

    /// <summary>y's axis i is x's axis axes[i].</summary>
    public abstract void Permute(Tensor x, ReadOnlySpan<int> axes, Tensor y);

    /// <summary>Copies <paramref name="length"/> slices along an axis: y[.., toStart + i, ..] = x[.., fromStart + i, ..]; other extents equal; the rest of y keeps its values.</summary>
    public abstract void CopySlice(Tensor x, int fromStart, Tensor y, int toStart, int axis, int length);

    /// <summary>y[i] = table[indices[i]]; table [N,D], y [indices,D].</summary>
    public abstract void Gather(Tensor table, ReadOnlySpan<int> indices, Tensor y);

    /// <summary>dtable[indices[i]] += dy[i]; the other rows of dtable become 0.</summary>
    public abstract void GatherGradient(Tensor dy, ReadOnlySpan<int> indices, Tensor dtable);

    /// <summary>
    /// One step of AdamW in place (Loshchilov and Hutter 2019): m, v moments, corrected by step (from 1); weight -= rate * (m^ / (sqrt(v^) + epsilon) + decay * weight).
    /// </summary>
    public abstract void AdamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, float rate, float beta1, float beta2, float epsilon, float decay, int step);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
