# `make` alone lists what can be done.
GO      ?= go
PYTHON  ?= python3
VENV    := .venv
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
LDFLAGS := -s -w -X github.com/splleed/splleed.version=$(VERSION)

GOTESTSUM   := gotest.tools/gotestsum@v1.13.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 10s
ENGINES     := .cache/engines
PEERS       := .cache/peers

.DEFAULT_GOAL := help
.PHONY: help build install demo bench bench-clean bench-compare bench-peers bench-stats test test-go test-python test-engines test-llamacpp test-vllm truth lint cross fuzz wheel clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

build: ## build bin/splleed
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/splleed ./cmd/splleed

install: ## install the splleed command where go puts commands
	CGO_ENABLED=0 $(GO) install -trimpath -ldflags '$(LDFLAGS)' ./cmd/splleed

wheel: $(VENV)/ready ## build wheels for every system, and the sdist
	for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64; do \
		SPLLEED_TARGET=$$target $(VENV)/bin/python -m build --wheel --no-isolation --outdir dist >/dev/null || exit 1; done
	$(VENV)/bin/python -m build --sdist --no-isolation --outdir dist >/dev/null
	ls -l dist

demo: build ## benchmark the embedded simulated server: no GPU, no account
	rm -rf out && mkdir -p out
	bin/splleed run --backend sim --concurrency 1,8,32 --runs 64 --max-tokens 32 --slo ttft=200,tpot=20 \
		--sim-log out/truth.ndjson --records out/records.ndjson -o out/demo.json -o out/demo.csv

test: test-go test-python ## run all tests

test-go: ## Go tests with the race detector, fuzz seeds and command line scripts
	$(GO) run $(GOTESTSUM) --format pkgname-and-test-fails -- -race ./...

test-python: $(VENV)/ready build ## Python tests against the built wheel
	rm -rf dist/test
	$(VENV)/bin/python -m build --wheel --no-isolation --outdir dist/test >/dev/null
	$(VENV)/bin/pip install --quiet --force-reinstall --no-deps dist/test/*.whl
	cd python/tests && ../../$(VENV)/bin/python -m pytest -q

test-engines: test-llamacpp test-vllm ## run splleed against real engines, with a tiny random model

test-llamacpp: $(VENV)/ready build ## llama.cpp's server alone (90 MB to download, once)
	test/engines/install.sh $(ENGINES)
	$(GO) test -count=1 -timeout 5m -tags engines -run LlamaCpp -v ./test/engines

test-vllm: $(VENV)/ready build ## vLLM on the CPU alone (1 GB to download, once; x86-64 Linux)
	test/engines/install.sh $(ENGINES)
	test/engines/install_vllm.sh $(ENGINES)
	$(GO) test -count=1 -timeout 20m -tags engines -run VLLM -v ./test/engines

$(VENV)/ready: python/requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet -r python/requirements-dev.txt
	touch $@

truth: demo ## hold the client's figures against servers whose token times are known
	bench/truth/run.sh

bench-clean: build ## how often a run that nothing disturbs is graded ok (Linux, 2 cores, 2 min)
	bench/clean.sh

bench-compare: ## how often compare is right, on servers whose truth is known (2 min)
	$(GO) run ./bench/compare

bench-stats: ## how often intervals hold what they promise, on samples whose truth is known (1 min)
	@$(GO) run ./bench/stats

bench: ## measure splleed itself: its error and its cost, beside a naive client (Linux, 2 cores, 5 min; BENCH=quick: 80 s)
	@$(GO) build -o bin/bench ./bench && bin/bench

bench-peers: $(PEERS)/bin/aiperf ## the same for published clients beside splleed (Linux on x86-64, 2 cores, 2 min; once 5 GB on disk)
	test/engines/install.sh $(ENGINES)
	-test/engines/install_vllm.sh $(ENGINES)
	@$(GO) build -o bin/bench ./bench && bin/bench peers

$(PEERS)/bin/aiperf: bench/peers.txt
	$(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/pip install --quiet -r $<
	touch $@

cross: ## vet and build for the other systems
	for target in linux/arm64 darwin/arm64 windows/amd64; do \
		export GOOS=$${target%/*} GOARCH=$${target#*/} CGO_ENABLED=0; $(GO) vet ./... && $(GO) build ./... || exit 1; done

lint: $(VENV)/ready cross ## formatting, vet on every system, staticcheck, ruff, mypy
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "not gofmted"; exit 1; }
	$(GO) vet ./... && $(GO) vet -tags engines ./test/...
	$(GO) run $(STATICCHECK) ./...
	$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --strict python/splleed

fuzz: ## fuzz the parsers of what servers send for FUZZTIME each, the others for 10 s, two at a time
	@for p in $$($(GO) list ./internal/...); do \
		case $$p in */wire|*/dialect) time=$(FUZZTIME);; *) time=10s;; esac; \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do echo $$p $$f $$time; done; \
	done | xargs -P 2 -n 3 test/fuzz.sh

clean: ## remove what was built
	rm -rf bin dist out $(VENV)
