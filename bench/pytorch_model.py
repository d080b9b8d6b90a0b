"""PyTorch's side of the model bench: python3 pytorch_model.py THREADS MODEL_FOLDER INPUTS.

Builds the shipped network (video transformer and decoder) from the same weights in plain PyTorch, f32, and generates the two
chunks whose inputs and outputs our side wrote to INPUTS. Says {"version", "latents", "frames"}: the largest differences, then
reads lines {"part": "diffusion" or "decoder"} and answers each with the seconds of one call, after one that is not timed.
"""
import json
import math
import os
import struct
import sys
import time

import torch
from torch.nn import functional as F

EPSILON = 1e-6
FREQUENCIES = 256
PER_LATENT = 4  # frames of a latent
NEAR = 3  # latents whose sound and gestures enter the vectors
PATCH, FOLD, FLOW_PIXELS = 2, 4, 8
KEEPS_ALL = 4  # where the logit of keeping the moved reference starts
GESTURE_UNITS = [20, 20, 15, 1, 1, 2, 2, 1]
TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F64": torch.float64}
WARM_CALLS = 3


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = torch.frombuffer(data, dtype=TYPES[entry["dtype"]], offset=begin, count=math.prod(entry["shape"]))
        tensors[name] = values.reshape(entry["shape"]).float()
    return tensors


def rotary(head_width, side, times):
    """Unit complex numbers [tokens, 1, head_width / 2]: time, row and column turn their shares of the pairs."""
    pairs = head_width // 2
    spatial = pairs // 3
    shares = [pairs - 2 * spatial, spatial, spatial]
    frequencies = [10000.0 ** -(torch.arange(n, dtype=torch.float64) / n) for n in shares]
    places = torch.cartesian_prod(torch.tensor(times), torch.arange(side), torch.arange(side)).double()
    angles = torch.cat([places[:, i : i + 1] * frequencies[i] for i in range(3)], 1)
    return torch.polar(torch.ones_like(angles), angles).to(torch.complex64)[:, None]


def rotate(x, table):
    return torch.view_as_real(torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2)) * table).flatten(-2)


def attend(q, k, v, bias=None):
    """q [B,S,H,D], k and v [B,T,H,D] -> [B,S,H*D]."""
    scores = q.transpose(1, 2) @ k.permute(0, 2, 3, 1) * q.shape[-1] ** -0.5
    if bias is not None:
        scores = scores + bias
    return (scores.softmax(-1) @ v.transpose(1, 2)).transpose(1, 2).flatten(2)


class Layers:
    def __init__(self, weights):
        self.weights = weights

    def __getitem__(self, name):
        return self.weights[name]

    def linear(self, name, x):
        return F.linear(x, self[f"{name}.weight"], self[f"{name}.bias"])

    def rms(self, name, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * self[name]


class Transformer(Layers):
    """Conditions of a character are worked out once; keys and values of the chunk before are kept by step and layer."""

    def __init__(self, weights, config, reference):
        super().__init__(weights)
        self.config, self.width, self.heads = config, config["width"], config["heads"]
        self.side = config["picture"] // (32 * config["autoencoder"].get("scale", 1))
        self.steps, self.chunk = config["steps"], config["chunkLatents"]
        self.neutral = torch.tensor([0.0, 1, 1, 0, 1, 1]).repeat_interleave(self.width)
        c = reference.shape[1]
        cells = reference.reshape(c, self.side, 2, self.side, 2).permute(1, 3, 0, 2, 4).reshape(-1, 4 * c)
        self.image = self.linear("image_embedding", cells) + self["position_embedding"][0]
        self.gesture_gate = self.linear("gesture_gate", self.image)
        self.mask = self.linear("audio_mask", self.image).sigmoid()
        self.audio_gate = self.linear("audio_gate", self.image) * self.mask
        tables = lambda *times: rotary(self.width // self.heads, self.side, list(times))
        later = range(1 + self.chunk, 1 + 2 * self.chunk)
        self.sink_times, self.first_times, self.later_times = tables(0), tables(*range(1, 1 + self.chunk)), tables(*later)
        self.times = [self.time(step) for step in self.steps]
        self.factors = [self.factor(step) for step in self.steps]
        self.sink, self.previous = {}, {}
        self.chunks = 0
        latent = torch.zeros(1, weights["latent.scale"].shape[0], 1, 2 * self.side, 2 * self.side)
        frames = PER_LATENT * config["audioWindow"]
        still = self.motion(torch.zeros(1, frames, config["audioFeatures"]), torch.zeros(1, PER_LATENT * NEAR, config["gestures"]), torch.zeros(1).long())
        self.forward(latent, self.time(1), still, None)

    def time(self, t):
        half = FREQUENCIES // 2
        angles = 1000 * (1 - t) * 10000.0 ** -(torch.arange(half, dtype=torch.float64) / half)
        waves = torch.cat([angles.cos(), angles.sin()]).float()[None]
        return self.linear("time_embedding.2", F.silu(self.linear("time_embedding.0", waves)))

    def factor(self, t):
        s = self["latent.deviation"][None, :, None]
        variance = (t * s) ** 2 + (1 - t) ** 2
        return variance.rsqrt(), (t * s * s - (1 - t)) / variance, s * variance.rsqrt()

    def motion(self, audio, gestures, speaking):
        n, window = speaking.shape[0], self.config["audioWindow"]
        windows = lambda x, width, start: x[0].unfold(0, PER_LATENT * width, PER_LATENT)[start : start + n].transpose(1, 2)
        units = gestures * torch.tensor(GESTURE_UNITS)
        gesture = self.linear("gesture_embedding.2", F.silu(self.linear("gesture_embedding.0", windows(units, NEAR, 0).flatten(1))))
        mode = self["audio_modes"][speaking]
        sound = windows(self.linear("audio_projection", audio), window, 0)
        tokens = torch.cat([sound, mode[:, None]], 1) + self["audio_slots"]
        near = windows(audio, NEAR, (window - NEAR) // 2).flatten(1)
        vector = self.linear("audio_drive.2", F.silu(self.linear("audio_drive.0", near) + mode))
        return gesture, tokens, vector

    def split(self, x):
        return x.reshape(*x.shape[:-1], self.heads, -1)

    def see(self, layer, step, q, k, v):
        if step is None:
            k, q = rotate(k, self.sink_times), rotate(q, self.sink_times)
            self.sink[layer] = (k, v)
            return attend(q, k, v)
        times = self.later_times if self.chunks else self.first_times
        keys, values = [self.sink[layer][0]], [self.sink[layer][1]]
        if self.chunks:
            keys.append(self.previous[step, layer][0])
            values.append(self.previous[step, layer][1])
        found = attend(rotate(q, times), torch.cat([*keys, rotate(k, times)], 1), torch.cat([*values, v], 1))
        self.previous[step, layer] = (rotate(k, self.first_times), v)
        return found

    def block(self, layer, step, x, embedding, tokens):
        name = f"blocks.{layer}"
        m = (embedding + self[f"{name}.modulation"] + self.neutral)[:, None].chunk(6, -1)  # [F,1,D] each
        frames, places, width = x.shape
        norm = lambda y: F.layer_norm(y, (width,), eps=EPSILON)
        h = (norm(x) * m[1] + m[0]).reshape(1, frames * places, width)
        own = f"{name}.self_attn"
        q = self.split(self.rms(f"{own}.norm_q.weight", self.linear(f"{own}.q", h)))
        k = self.split(self.rms(f"{own}.norm_k.weight", self.linear(f"{own}.k", h)))
        v = self.split(self.linear(f"{own}.v", h))
        found = self.linear(f"{own}.o", self.see(layer, step, q, k, v))
        x = x + found.reshape(x.shape) * m[2]
        cross = f"{name}.audio_cross_attn"
        h = F.layer_norm(x, (width,), self[f"{name}.audio_norm.weight"], self[f"{name}.audio_norm.bias"], EPSILON)
        q = self.split(self.rms(f"{cross}.norm_q.weight", self.linear(f"{cross}.q", h)))
        k = self.split(self.rms(f"{cross}.norm_k.weight", self.linear(f"{cross}.k", tokens)))
        v = self.split(self.linear(f"{cross}.v", tokens))
        x = x + self.linear(f"{cross}.o", attend(q, k, v, self[f"{cross}.relative"])) * self.mask
        h = norm(x) * m[4] + m[3]
        h = self.linear(f"{name}.ffn.2", F.gelu(self.linear(f"{name}.ffn.0", h), approximate="tanh"))
        return x + h * m[5]

    def forward(self, latents, time, motion, step):
        gesture, tokens, vector = motion
        e = time + gesture + vector
        embedding = self.linear("time_projection.1", F.silu(e))
        cells = latents[0].transpose(0, 1)  # [F,C,h,w]
        x = F.conv2d(cells, self["patch_embedding.weight"][:, :, 0], self["patch_embedding.bias"], PATCH).flatten(2).transpose(1, 2)
        x = x + self.image + self.gesture_gate * gesture[:, None] + self.audio_gate * vector[:, None]
        for layer in range(self.config["layers"]):
            x = self.block(layer, step, x, embedding, tokens)
        shift, scale = (torch.cat([e, e], 1) + self["head.modulation"])[:, None].chunk(2, -1)
        x = self.linear("head.head", F.layer_norm(x, (self.width,), eps=EPSILON) * (scale + 1) + shift)
        x = x.reshape(-1, self.side, self.side, PATCH, PATCH, latents.shape[1]).permute(5, 0, 1, 3, 2, 4)
        return x.reshape(latents.shape)

    def next(self, noise, audio, gestures, speaking):
        x, motion = noise, self.motion(audio, gestures, speaking)
        for i, t in enumerate(self.steps):
            end = self.steps[i + 1] if i + 1 < len(self.steps) else 1
            scale, guess, answer = self.factors[i]
            x = x + (x * guess + self.forward(x * scale, self.times[i], motion, i) * answer) * (end - t)
        self.chunks += 1
        return x

    def codes(self, latents, code):
        scaled = (latents * self["latent.scale"].reshape(1, -1, 1, 1, 1)).transpose(1, 2)
        return scaled.reshape(-1, code.shape[1], *latents.shape[3:]) + code


def keys(picture, x, y):
    """Cubic sampling with Keys' kernel, a = -0.5, at pixels (x, y) [N,H,W]: what the network means, plainly. grid_sample knows a = -0.75 alone."""
    height, width = picture.shape[2:]
    x, y = x.clamp(0, width - 1), y.clamp(0, height - 1)
    left, top = x.floor(), y.floor()
    weights = lambda t: (((-t / 2 + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1, ((-1.5 * t + 2) * t + 0.5) * t, (t / 2 - 0.5) * t * t)
    total = 0
    for i, down in enumerate(weights(y - top)):
        row = (top + i - 1).clamp(0, height - 1).long()
        for j, across in enumerate(weights(x - left)):
            column = (left + j - 1).clamp(0, width - 1).long()
            total = total + picture[0][:, row, column].transpose(0, 1) * (down * across)[:, None]
    return total


class Decoder(Layers):
    def __init__(self, weights, features, layout, scale):
        flat = {name: value[:, :, 0] if value.dim() == 5 else value for name, value in weights.items()}
        super().__init__({name: self.laid(value, layout) for name, value in flat.items()})
        self.layout, self.scale = layout, scale
        self.refiner = f"refiner{scale}" if f"refiner{scale}.look.weight" in weights else None
        self.picture = features["picture"]
        self.features = [self.laid(features[name][:, :, 0], layout) for name in ("at16", "at8", "at4")]
        height, width = self.picture.shape[2:]
        rows, columns = torch.meshgrid(torch.arange(height).float(), torch.arange(width).float(), indexing="ij")
        self.grid, self.unit = torch.stack([columns, rows], -1), torch.tensor([2 / (width - 1), 2 / (height - 1)])

    @staticmethod
    def laid(x, layout):
        return x.contiguous(memory_format=layout) if x.dim() == 4 else x

    def conv(self, name, x):
        weight = self[f"{name}.weight"]
        return F.conv2d(x, weight, self[f"{name}.bias"], padding=weight.shape[2] // 2)

    def norm(self, name, x):
        gain = self[f"{name}.gamma"].reshape(1, -1, 1, 1) * x.shape[1] ** 0.5
        return F.normalize(x, dim=1, eps=1e-12) * gain

    def residual(self, name, x):
        h = self.conv(f"{name}.conv1", F.silu(self.norm(f"{name}.norm1", x)))
        return x + self.conv(f"{name}.conv2", F.silu(self.norm(f"{name}.norm2", h)))

    def up(self, name, x):
        return self.conv(f"{name}.conv", F.interpolate(F.silu(self.norm(f"{name}.norm", x)), scale_factor=2.0, mode="nearest"))

    def refine(self, frames, context):
        name = self.refiner
        known = self.conv(f"{name}.context", context)
        if self.scale > 1:
            known = F.interpolate(known, scale_factor=float(self.scale), mode="nearest")
        x = self.residual(f"{name}.block", self.conv(f"{name}.look", self.laid(F.pixel_unshuffle(frames, FOLD), self.layout)) + known)
        return F.pixel_shuffle(self.conv(f"{name}.leave", F.silu(self.norm(f"{name}.norm", x))).contiguous(), FOLD)

    def move(self, flow, exact):
        places = self.grid + flow.permute(0, 2, 3, 1)
        if exact:
            return keys(self.picture, *places.unbind(-1))
        return F.grid_sample(self.picture.expand(flow.shape[0], -1, -1, -1), places * self.unit - 1, mode="bicubic", padding_mode="border", align_corners=True)

    def decode(self, codes, exact=False):
        """exact: the network's own cubic kernel, slowly; otherwise PyTorch's, as much work and as fast as it has it."""
        at16, at8, at4 = self.features
        resized = lambda y: F.interpolate(y.contiguous(), size=self.picture.shape[2:], mode="bilinear", align_corners=False)
        x = self.residual("decoder.block16", self.conv("decoder.enter", self.laid(codes, self.layout)) + at16)
        x = self.residual("decoder.block8", self.up("decoder.up8", x) + at8)
        x = self.residual("decoder.block4", self.up("decoder.up4", x) + at4)
        context = F.silu(self.norm("decoder.norm", x))
        y = self.conv("decoder.leave", context)
        large = lambda folded: resized(F.pixel_shuffle(folded.contiguous(), FOLD)) if self.scale > 1 else F.pixel_shuffle(folded.contiguous(), FOLD)
        kept, painted = large(torch.sigmoid(self.conv("decoder.keep", context) + KEEPS_ALL)), large(y[:, 2:])
        frames = self.move(resized(y[:, :2]) * (FLOW_PIXELS * self.scale), exact) * kept + painted
        return frames + self.refine(frames, context) if self.refiner else frames


def timed(call):
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def warm(call):
    return min(timed(call) for _ in range(WARM_CALLS))


def main():
    threads, folder, inputs = int(sys.argv[1]), sys.argv[2], read_safetensors(sys.argv[3])
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    with open(f"{folder}/config.json") as file:
        config = json.load(file)
    if config.get("weightsOf"):  # another setting of a neighbour's weights
        folder = os.path.join(os.path.dirname(os.path.abspath(folder)), config["weightsOf"])
    config["steps"] = inputs["steps"].tolist()
    network = Transformer(read_safetensors(f"{folder}/transformer.safetensors"), config, inputs["reference"])
    drives = [(inputs[f"noise.{i}"], inputs[f"audio.{i}"], inputs[f"gestures.{i}"], inputs[f"speaking.{i}"].long()) for i in range(2)]
    latents = [network.next(*drive) for drive in drives]
    codes = network.codes(latents[-1], inputs["code"])
    weights = read_safetensors(f"{folder}/autoencoder.safetensors")
    decoders = [Decoder(weights, inputs, layout, config["autoencoder"].get("scale", 1)) for layout in (torch.contiguous_format, torch.channels_last)]
    decoder = min(decoders, key=lambda each: warm(lambda: each.decode(codes)))  # whichever layout suits this machine
    frames = decoder.decode(codes, exact=True)
    differences = {
        "latents": max((made - inputs[f"latents.{i}"]).abs().max().item() for i, made in enumerate(latents)),
        "frames": (frames - inputs["frames"]).abs().max().item(),
    }
    print(json.dumps({"version": f"PyTorch {torch.__version__}", **differences}), flush=True)
    parts = {"diffusion": lambda: network.next(*drives[1]), "decoder": lambda: decoder.decode(codes)}
    warm(parts["diffusion"])
    for line in sys.stdin:
        call = parts[json.loads(line)["part"]]
        call()
        print(timed(call), flush=True)


if __name__ == "__main__":
    main()
