#!/usr/bin/env bash
# How often a clean run is graded ok: twenty runs, of a closed and an open loop in turn, against a server on a core of its
# own, with nothing that disturbs the client but the machine itself. At least nineteen are wanted.
set -euo pipefail
cd "$(dirname "$0")/.."
splleed=bin/splleed out=out/clean runs=20 want=19 ok=0
rm -rf "$out" && mkdir -p "$out"
taskset -c 0 "$splleed" sim --port 0 --mode script --ttft-ms 30 --itl-ms 10 >"$out/listening" &
server=$!
trap 'kill $server' EXIT
until grep -q listening "$out/listening"; do sleep 0.05; done
endpoint=$(sed 's/.* \(http[^ ]*\).*/\1/' "$out/listening")
loads=("--concurrency 16 --runs 128" "--arrival-rate 40 --runs 100")
for i in $(seq $runs); do
	load=${loads[i % 2]}
	code=0
	taskset -c 1 "$splleed" run --strict --backend vllm --endpoint "$endpoint" $load --max-tokens 32 --input-len 16 "$@" \
		>"$out/$i.table" 2>"$out/$i.said" || code=$?
	case $code in
	0) ok=$((ok + 1)) && echo "$i: ok ($load)" ;;
	6) echo "$i: $load" && sed -n '/^Instrument/,/^$/p' "$out/$i.table" ;;
	*) cat "$out/$i.said" && exit 1 ;;
	esac
done
echo "$ok of $runs clean runs are graded ok (want $want)"
[ "$ok" -ge $want ]
