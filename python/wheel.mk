# Wheels for all platforms, and the sdist: `include python/wheel.mk` in the Makefile.
WHEELS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64

wheel: $(VENV)/ready ## build dist/: wheels for Linux, macOS and Windows, and the sdist
	rm -rf dist
	$(VENV)/bin/python -m build --quiet --sdist --no-isolation --outdir dist
	for target in $(WHEELS); do \
		SPLLEED_TARGET=$$target $(VENV)/bin/python -m build --quiet --wheel --no-isolation --outdir dist || exit 1; \
	done
	ls -l dist
