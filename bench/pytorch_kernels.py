"""PyTorch's side of the kernel bench: python3 pytorch_kernels.py THREADS.

Reads lines {"kind": ..., "sizes": [...], "seconds": ...} and answers each with the seconds of one call, averaged over
about that long. A kernel is warmed up before its first round, and each round begins with calls that are not timed, as on our
side. Kinds and sizes are those of KernelCase.cs; f32 throughout.
"""
import json
import sys
import time

import torch
from torch.nn import functional

ROWS_A_FRAME = 64
WARM_SECONDS, WARM_CALLS = 0.2, 3


def linear(rows, inputs, outputs):
    x, w, b = torch.randn(rows, inputs), torch.randn(outputs, inputs), torch.randn(outputs)
    return lambda: functional.linear(x, w, b)


def convolution(images, channels, side, outputs):
    x, w, b = torch.randn(images, channels, side, side), torch.randn(outputs, channels, 3, 3), torch.randn(outputs)
    return lambda: functional.conv2d(x, w, b, padding=1)


def convolution_gradient(images, channels, side, outputs, mask):
    x, w, dy = torch.randn(images, channels, side, side), torch.randn(outputs, channels, 3, 3), torch.randn(images, outputs, side, side)
    return lambda: torch.ops.aten.convolution_backward(dy, x, w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, mask)


def attend(q, k, v):
    scores = q.transpose(1, 2) @ k.permute(0, 2, 3, 1) * q.shape[-1] ** -0.5
    return (scores.softmax(-1) @ v.transpose(1, 2)).transpose(1, 2).contiguous()


def attention(batch, queries, keys, heads, width):
    q, k, v = torch.randn(batch, queries, heads, width), torch.randn(batch, keys, heads, width), torch.randn(batch, keys, heads, width)
    return lambda: attend(q, k, v)


def attention_gradient(batch, queries, keys, heads, width):
    inputs = [torch.randn(batch, rows, heads, width, requires_grad=True) for rows in (queries, keys, keys)]
    with torch.enable_grad():
        y = attend(*inputs)
    dy = torch.randn_like(y)
    return lambda: torch.autograd.grad(y, inputs, dy, retain_graph=True)


def norm(rows, width):
    frames = rows // ROWS_A_FRAME
    x, w, b = torch.randn(frames, ROWS_A_FRAME, width), torch.randn(frames, 1, width), torch.randn(frames, 1, width)
    return lambda: functional.layer_norm(x, (width,), eps=1e-6) * w + b


def gelu(elements):
    x = torch.randn(elements)
    return lambda: functional.gelu(x, approximate="tanh")


def warp(frames, channels, side, mode):
    """PyTorch's bicubic has a = -0.75 where ours has -0.5: the same work. Its grid is at hand, where ours adds flow to places."""
    x, flow = torch.randn(1, channels, side, side).expand(frames, -1, -1, -1), torch.randn(frames, side, side, 2)
    places = torch.arange(side, dtype=torch.float32)
    grid = (flow + torch.stack(torch.meshgrid(places, places, indexing="xy"), -1)) * 2 / (side - 1) - 1
    return x, grid, lambda: functional.grid_sample(x, grid, mode, "border", align_corners=True)


def warp_flow_gradient(frames, channels, side):
    x, grid, _ = warp(frames, channels, side, "bicubic")
    dy, bicubic, border = torch.randn(frames, channels, side, side), 2, 1
    return lambda: torch.ops.aten.grid_sampler_2d_backward(dy, x, grid, bicubic, border, True, [False, True])


def to_depth(pictures, channels, side):
    x = torch.randn(pictures, channels, side, side)
    return lambda: functional.pixel_unshuffle(x, 4)


def to_space(pictures, channels, side):
    x = torch.randn(pictures, channels * 16, side // 4, side // 4)
    return lambda: functional.pixel_shuffle(x, 4)


def resize(pictures, channels, side):
    x = torch.randn(pictures, channels, side, side)
    return lambda: functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


KINDS = {
    "linear": linear,
    "conv": convolution,
    "conv-dx": lambda *sizes: convolution_gradient(*sizes, [True, False, False]),
    "conv-dw": lambda *sizes: convolution_gradient(*sizes, [False, True, False]),
    "attention": attention,
    "attention-d": attention_gradient,
    "norm": norm,
    "gelu": gelu,
    "warp": lambda *sizes: warp(*sizes, "bilinear")[2],
    "warp-cubic": lambda *sizes: warp(*sizes, "bicubic")[2],
    "warp-cubic-dflow": warp_flow_gradient,
    "to-depth": to_depth,
    "to-space": to_space,
    "resize": resize,
}


def timed(call, calls):
    begun = time.perf_counter()
    for _ in range(calls):
        call()
    return time.perf_counter() - begun


def warm_up(call):
    begun, calls = time.perf_counter(), 0
    while calls < WARM_CALLS or time.perf_counter() - begun < WARM_SECONDS:
        call()
        calls += 1


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.set_grad_enabled(False)
    print(f"PyTorch {torch.__version__}", flush=True)
    last, call, calls = None, None, 1
    for line in sys.stdin:
        order = json.loads(line)
        name = (order["kind"], *order["sizes"])
        if name != last:
            last, call = name, KINDS[order["kind"]](*order["sizes"])
            warm_up(call)
            calls = max(1, int(order["seconds"] / min(timed(call, 1), timed(call, 1))))
        timed(call, max(1, calls // 4))
        print(timed(call, calls) / calls, flush=True)


if __name__ == "__main__":
    main()
