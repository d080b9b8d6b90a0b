namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    public override void Fill(Tensor y, float value)
    {
        var cut = Cut.Elements(y.Count);
        team.Run(new FillJob(value, Floats(y), cut), cut.Parts);
    }

    public override void Copy(Tensor x, Tensor y)
    {
        var cut = Cut.Elements(y.Count);
        team.Run(new CopyJob(Floats(x), Floats(y), cut), cut.Parts);
    }

    public override void Apply(Unary op, Tensor x, Tensor y)
    {
        switch (op)
        {
            case Unary.Negate: Apply<NegateOperator>(x, y); break;
            case Unary.Abs: Apply<AbsOperator>(x, y); break;
            case Unary.Square: Apply<SquareOperator>(x, y); break;
            case Unary.Sqrt: Apply<SqrtOperator>(x, y); break;
            case Unary.Exp: Apply<ExpOperator>(x, y); break;
            case Unary.Tanh: Apply<TanhOperator>(x, y); break;
            case Unary.Sigmoid: Apply<SigmoidOperator>(x, y); break;
            case Unary.Relu: Apply<ReluOperator>(x, y); break;
            case Unary.Silu: Apply<SiluOperator>(x, y); break;
            case Unary.Gelu: Apply<GeluOperator>(x, y); break;
            case Unary.GeluErf: Apply<GeluErfOperator>(x, y); break;
            default: throw new ArgumentOutOfRangeException(nameof(op), op, "unknown function");
        }
    }

    public override void ApplyGradient(Unary op, Tensor x, Tensor dy, Tensor dx)
    {
        switch (op)
        {
            case Unary.Negate: ApplyGradient<NegateOperator>(x, dy, dx); break;
            case Unary.Abs: ApplyGradient<AbsOperator>(x, dy, dx); break;
            case Unary.Square: ApplyGradient<SquareOperator>(x, dy, dx); break;
            case Unary.Sqrt: ApplyGradient<SqrtOperator>(x, dy, dx); break;
            case Unary.Exp: ApplyGradient<ExpOperator>(x, dy, dx); break;
            case Unary.Tanh: ApplyGradient<TanhOperator>(x, dy, dx); break;
            case Unary.Sigmoid: ApplyGradient<SigmoidOperator>(x, dy, dx); break;
            case Unary.Relu: ApplyGradient<ReluOperator>(x, dy, dx); break;
            case Unary.Silu: ApplyGradient<SiluOperator>(x, dy, dx); break;
            case Unary.Gelu: ApplyGradient<GeluOperator>(x, dy, dx); break;
            case Unary.GeluErf: ApplyGradient<GeluErfOperator>(x, dy, dx); break;
            default: throw new ArgumentOutOfRangeException(nameof(op), op, "unknown function");
        }
    }

    void Apply<TOperator>(Tensor x, Tensor y) where TOperator : struct, IUnaryOperator
    {
        var cut = Cut.Elements(y.Count);
        team.Run(new ApplyJob<TOperator>(Floats(x), Floats(y), cut), cut.Parts);
    }

    void ApplyGradient<TOperator>(Tensor x, Tensor dy, Tensor dx) where TOperator : struct, IUnaryOperator
    {
        var cut = Cut.Elements(dx.Count);
        team.Run(new ApplyGradientJob<TOperator>(Floats(x), Floats(dy), Floats(dx), cut), cut.Parts);
    }

    public override void Combine(Binary op, Tensor a, Tensor b, Tensor y)
    {
        switch (op)
        {
            case Binary.Add: Combine<AddOperator>(a, b, y); break;
            case Binary.Subtract: Combine<SubtractOperator>(a, b, y); break;
            case Binary.Multiply: Combine<MultiplyOperator>(a, b, y); break;
            case Binary.Divide: Combine<DivideOperator>(a, b, y); break;
            case Binary.Maximum: Combine<MaximumOperator>(a, b, y); break;
            default: throw new ArgumentOutOfRangeException(nameof(op), op, "unknown operator");
        }
    }

    void Combine<TOperator>(Tensor a, Tensor b, Tensor y) where TOperator : struct, IBinaryOperator
    {
        var space = StridedSpace.Broadcast(a.Shape, b.Shape, y.Shape);
        var cut = Cut.Elements(y.Count);
        team.Run(new CombineJob<TOperator>(Floats(a), Floats(b), Floats(y), space, cut), cut.Parts);
    }

    public override void Affine(Tensor x, float scale, float offset, Tensor y)
    {
        var cut = Cut.Elements(y.Count);
        team.Run(new AffineJob(Floats(x), scale, offset, Floats(y), cut), cut.Parts);
    }

    public override void AddTo(Tensor x, float scale, Tensor y)
    {
        var cut = Cut.Elements(y.Count);
        team.Run(new AddToJob(Floats(x), scale, Floats(y), cut), cut.Parts);
    }

    public override void AddGated(Tensor x, Tensor a, Tensor gate, Tensor y)
    {
        if (y.Count == 0) return;
        int width = y.Shape.Last;
        long rows = y.Count / width;
        var cut = Cut.Items(rows, width);
        team.Run(new AddGatedJob(Floats(x), Floats(a), Floats(gate), rows / (gate.Count / width), Floats(y), width, cut), cut.Parts);
    }

    public override void AdamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, float rate, float beta1, float beta2, float epsilon, float decay, int step)
    {
        // in double: 1 - 0.999^step cancels in the first steps
        var update = new AdamStep(rate, beta1, beta2, epsilon, decay,
            (float)(1 / (1 - Math.Pow(beta1, step))), (float)(1 / (1 - Math.Pow(beta2, step))));
        var cut = Cut.Elements(weight.Count);
        team.Run(new AdamJob(Floats(weight), Floats(gradient), Floats(m), Floats(v), update, cut), cut.Parts);
    }

    static float* Floats(Tensor? x) => x is null ? null : (float*)x.Pointer;

    readonly struct FillJob(float value, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker) => new Span<float>(y + cut.From(part), (int)(cut.To(part) - cut.From(part))).Fill(value);
    }

    readonly struct CopyJob(float* x, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker) => ElementRows.Copy(x + cut.From(part), y + cut.From(part), cut.To(part) - cut.From(part));
    }

    readonly struct ApplyJob<TOperator>(float* x, float* y, Cut cut) : IParallelJob where TOperator : struct, IUnaryOperator
    {
        public void Run(int part, int worker)
        {
            long from = cut.From(part);
            ElementRows.Apply<TOperator>(x + from, y + from, cut.To(part) - from);
        }
    }

    readonly struct ApplyGradientJob<TOperator>(float* x, float* dy, float* dx, Cut cut) : IParallelJob where TOperator : struct, IUnaryOperator
    {
        public void Run(int part, int worker)
        {
            long from = cut.From(part);
            ElementRows.ApplyGradient<TOperator>(x + from, dy + from, dx + from, cut.To(part) - from);
        }
    }

    readonly struct CombineJob<TOperator>(float* a, float* b, float* y, StridedSpace space, Cut cut) : IParallelJob where TOperator : struct, IBinaryOperator
    {
        public void Run(int part, int worker)
        {
            long at = cut.From(part), end = cut.To(part), inner = space.Inner, stepA = space.InnerFirst, stepB = space.InnerSecond;
            var (row, column) = Math.DivRem(at, inner);
            var cursor = new StridedCursor(space, space.Rank - 1, row);
            while (at < end)
            {
                long run = Math.Min(inner - column, end - at);
                ElementRows.Combine<TOperator>(a + cursor.First + (column * stepA), stepA, b + cursor.Second + (column * stepB), stepB, y + at, run);
                at += run;
                column = 0;
                cursor.Next(space);
            }
        }
    }

    readonly struct AffineJob(float* x, float scale, float offset, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            long from = cut.From(part);
            ElementRows.Affine(x + from, scale, offset, y + from, cut.To(part) - from);
        }
    }

    readonly struct AddToJob(float* x, float scale, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            long from = cut.From(part);
            ElementRows.AddTo(x + from, scale, y + from, cut.To(part) - from);
        }
    }

    readonly struct AddGatedJob(float* x, float* a, float* gate, long rowsPerGate, float* y, int width, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            for (long row = cut.From(part); row < cut.To(part); row++)
                ElementRows.AddGated(x + (row * width), a + (row * width), gate + (row / rowsPerGate * width), y + (row * width), width);
        }
    }

    readonly struct AdamJob(float* weight, float* gradient, float* m, float* v, AdamStep step, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            long from = cut.From(part);
            step.Apply(weight + from, gradient + from, m + from, v + from, cut.To(part) - from);
        }
    }
}
