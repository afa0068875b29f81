"""Make a tiny Llama with random weights, twice: tiny/ for vLLM (safetensors) and tiny.gguf for llama.cpp.

usage: make_model.py FOLDER

The weights are the same in both, on every machine. What the model says is noise, but noise that suits tests: letters
and words, now and then a special token, which has no text, and an end of sequence after some 200 tokens.
"""

import json
import struct
import sys
from pathlib import Path

import gguf
import numpy as np

WORDS = """
the of and to in is was for on are with as be this have from or one had by but not what all were we when your can said
there use an each which she do how their if will up other about out many then them these so some her would make like
him into time has look two more write go see number no way could people my than first water been call who oil now find
long down day did get come made may part
"""

SPECIAL = ["<unk>", "<s>", "</s>", "<|user|>", "<|assistant|>"]
BOS, EOS = 1, 2
HIDDEN, INNER, LAYERS, HEADS, KV_HEADS, CONTEXT = 128, 256, 2, 4, 2, 32768
HEAD = HIDDEN // HEADS
EPSILON, THETA = 1e-5, 10000.0
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def byte_letters() -> list[str]:
    """One letter for each byte, as byte-level tokenizers have them: itself if it can be seen, else one past 255."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    unseen = [b for b in range(256) if b not in seen]
    return [chr(b) if b in seen else chr(256 + unseen.index(b)) for b in range(256)]


def vocabulary() -> tuple[list[str], list[tuple[str, str]]]:
    """The tokens, and the merges that make words of letters: each begins with a space and grows by one letter."""
    letters = byte_letters()
    tokens, merges = SPECIAL + letters, []
    for word in WORDS.split():
        grown = letters[ord(" ")]
        for letter in word:
            if grown + letter not in tokens:
                merges.append((grown, letter))
                tokens.append(grown + letter)
            grown += letter
    return tokens, merges


def biases(tokens: list[str]) -> np.ndarray:
    """What is added to each token's logit.

    All are about equally likely but for the end, and for bytes that are not ASCII: strings of those are seldom text.
    """
    bias = np.zeros(len(tokens), np.float32)
    for byte, letter in enumerate(byte_letters()):
        if byte > 126 or byte < 9:
            bias[tokens.index(letter)] = -100
    bias[EOS] = np.log(np.count_nonzero(bias == 0) / 200)
    return bias


def weights(tokens: list[str]) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)

    def noise(*shape: int, size: float = 0.08) -> np.ndarray:
        return (random.standard_normal(shape) * size).astype(np.float32)

    ones = np.ones(HIDDEN, np.float32)
    readers = {
        "self_attn.q_proj": HIDDEN,
        "self_attn.k_proj": KV_HEADS * HEAD,
        "self_attn.v_proj": KV_HEADS * HEAD,
        "mlp.gate_proj": INNER,
        "mlp.up_proj": INNER,
    }
    writers = {"self_attn.o_proj": HIDDEN, "mlp.down_proj": INNER}
    w = {
        "model.embed_tokens.weight": noise(len(tokens), HIDDEN, size=1),
        "model.norm.weight": ones,
        "lm_head.weight": noise(len(tokens), HIDDEN, size=0.2),
    }
    for layer in range(LAYERS):
        name = f"model.layers.{layer}.{{}}.weight".format
        w |= {name(reader): noise(rows, HIDDEN) for reader, rows in readers.items()}
        w |= {name(writer): noise(HIDDEN, columns) for writer, columns in writers.items()}
        w |= {name("input_layernorm"): ones, name("post_attention_layernorm"): ones}
        for reader in readers:
            w[name(reader)][:, 0] = 0
        for writer in writers:
            w[name(writer)][0] = 0
    # Llama has no biases. But a dimension that is the same in all embeddings, and that layers neither read nor write,
    # is one for the logits, once the last norm has scaled it.
    constant = 10
    w["model.embed_tokens.weight"][:, 0] = constant
    scaled = constant / np.sqrt((constant**2 + HIDDEN - 1) / HIDDEN)
    w["lm_head.weight"][:, 0] = biases(tokens) / scaled
    return w


def tokenizer(tokens: list[str], merges: list[tuple[str, str]]) -> dict:
    begin, text = {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0",
        "added_tokens": [{"id": i, "content": s, **plain} for i, s in enumerate(SPECIAL)],
        "pre_tokenizer": level,
        "decoder": level,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin, text],
            "pair": [begin, text, text],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [BOS], "tokens": ["<s>"]}},
        },
        "model": {
            "type": "BPE",
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": [f"{a} {b}" for a, b in merges],
        },
    }


def huggingface(folder: Path, tokens: list[str], merges: list[tuple[str, str]], w: dict[str, np.ndarray]) -> None:
    ends = {"bos_token_id": BOS, "eos_token_id": EOS, "pad_token_id": EOS}
    files = {
        "tokenizer.json": tokenizer(tokens, merges),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "</s>",
            "model_max_length": CONTEXT,
            "chat_template": TEMPLATE,
            "clean_up_tokenization_spaces": False,
        },
        "generation_config.json": ends,
        "config.json": {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_size": HIDDEN,
            "intermediate_size": INNER,
            "num_hidden_layers": LAYERS,
            "num_attention_heads": HEADS,
            "num_key_value_heads": KV_HEADS,
            "head_dim": HEAD,
            "vocab_size": len(tokens),
            "max_position_embeddings": CONTEXT,
            "rms_norm_eps": EPSILON,
            "rope_theta": THETA,
            "hidden_act": "silu",
            "tie_word_embeddings": False,
            "torch_dtype": "float32",
            **ends,
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=1))
    header, end = {}, 0
    for name, value in w.items():
        header[name] = {"dtype": "F32", "shape": value.shape, "data_offsets": [end, end + value.nbytes]}
        end += value.nbytes
    head = json.dumps(header).encode()
    data = b"".join(np.ascontiguousarray(value).tobytes() for value in w.values())
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + data)


# llama.cpp's names for what Hugging Face calls otherwise.
NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "model.layers": "blk",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def renamed(name: str) -> str:
    for theirs, ours in NAMES.items():
        name = name.replace(theirs, ours)
    return name


def paired(value: np.ndarray) -> np.ndarray:
    """Rows in llama.cpp's order: it rotates neighbours, Hugging Face the halves of each head."""
    return value.reshape(-1, 2, HEAD // 2, HIDDEN).swapaxes(1, 2).reshape(value.shape)


def llamacpp(path: Path, tokens: list[str], merges: list[tuple[str, str]], w: dict[str, np.ndarray]) -> None:
    g = gguf.GGUFWriter(path, "llama")
    g.add_name("tiny")
    g.add_context_length(CONTEXT)
    g.add_embedding_length(HIDDEN)
    g.add_block_count(LAYERS)
    g.add_feed_forward_length(INNER)
    g.add_head_count(HEADS)
    g.add_head_count_kv(KV_HEADS)
    g.add_layer_norm_rms_eps(EPSILON)
    g.add_rope_dimension_count(HEAD)
    g.add_rope_freq_base(THETA)
    g.add_vocab_size(len(tokens))
    g.add_file_type(gguf.LlamaFileType.ALL_F32)
    g.add_tokenizer_model("gpt2")
    g.add_tokenizer_pre("gpt-2")
    g.add_token_list(tokens)
    g.add_token_types([gguf.TokenType.CONTROL if t in SPECIAL else gguf.TokenType.NORMAL for t in tokens])
    g.add_token_merges([f"{a} {b}" for a, b in merges])
    g.add_bos_token_id(BOS)
    g.add_eos_token_id(EOS)
    g.add_add_bos_token(True)
    g.add_chat_template(TEMPLATE)
    for name, value in w.items():
        g.add_tensor(renamed(name), paired(value) if "q_proj" in name or "k_proj" in name else value)
    g.write_header_to_file()
    g.write_kv_data_to_file()
    g.write_tensors_to_file()
    g.close()


def main() -> None:
    folder = Path(sys.argv[1])
    tokens, merges = vocabulary()
    w = weights(tokens)
    huggingface(folder / "tiny", tokens, merges, w)
    llamacpp(folder / "tiny.gguf", tokens, merges, w)


if __name__ == "__main__":
    main()
