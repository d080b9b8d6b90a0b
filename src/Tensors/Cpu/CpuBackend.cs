namespace TalkingMachines.Tensors.Cpu;

/// <summary>SIMD kernels in f32 on a team of own threads.</summary>
internal sealed unsafe partial class CpuBackend(WorkerTeam team) : Backend
{
    readonly WorkerTeam team = team;

    static float* Data(Tensor tensor) => (float*)tensor.Pointer;

    protected override void Dispose(bool disposing)
    {
        team.Dispose();
        base.Dispose(disposing);
    }
}
