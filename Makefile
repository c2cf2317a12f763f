# Index of commands. `make` alone prints it; each command's own line says what it does.

GO          ?= go
ONLY        ?=
FUZZTIME    ?= 5s
ROUNDS      ?= 50
SOAK        ?= 100000000,1000000
WEEKS       ?= 100
TESTFLAGS   ?=
DEMOFLAGS   ?=
# The newest staticcheck that was tried with Go 1.26. It is fetched as a module, checked against the checksum database,
# and kept out of go.mod, so that nobody who builds Hemnyckel has to build a linter.
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
# Where goroutines meet: the packages worth the price of the race detector.
RACY        ?= ./internal/base/... ./internal/storage/... ./internal/domain/journal/... ./internal/domain/keysync/... ./internal/edge/web/... ./internal/program/...

# Runs a command with one temporary PostgreSQL beside it, for all test processes to share.
POSTGRES    := $(GO) run ./internal/storage/storagetest/pgcluster --

# A checkout that belongs to somebody else makes git refuse to answer, and go with it. Tests need no version stamp.
test check race fuzz e2e browser cover soak: export GOFLAGS := $(GOFLAGS) -buildvcs=false

.DEFAULT_GOAL := help
.PHONY: help demo build test check unit e2e browser screens fuzz race lint staticcheck generate generated bench peers soak cover prerequisites

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: export CGO_ENABLED := 0
demo: ## a municipality of 2 300 clients and its working day, then the portal (needs only Go)
	@$(GO) run ./cmd/hemnyckel demo $(DEMOFLAGS)

build: ## the program, as bin/hemnyckel
	$(GO) build -trimpath -o bin/ ./cmd/...

test: prerequisites check unit fuzz e2e browser ## everything that must hold before a change is shared; installs what it lacks
	@echo "test: all passed"

check: ## formatting, vet (also without C), the floors of the house
	@bad=$$(find . -name '*.go' -not -path './node_modules/*' -exec gofmt -l {} +); \
		if [ -n "$$bad" ]; then echo "gofmt would change:"; echo "$$bad"; echo "run: gofmt -w ."; exit 1; fi
	$(GO) vet ./...
	CGO_ENABLED=0 $(GO) vet ./internal/program/keystore
	$(GO) test ./internal/arch

unit: export CGO_ENABLED := 1
unit: ## all Go tests, on SQLite and on PostgreSQL
	$(POSTGRES) $(GO) test -shuffle=on -timeout 20m $(TESTFLAGS) ./...

e2e: ## the whole chain as separate processes, once per engine: exit 0 only if every step held
	$(GO) run ./cmd/hemnyckel demo --once
	$(POSTGRES) sh -c '$(GO) run ./cmd/hemnyckel demo --once --db "$$HEMNYCKEL_TEST_POSTGRES"'

browser: build ## people's journeys through the pages in real Chromium, each page held against WCAG 2.2 AA
	cd test/browser && npm ci --no-fund --no-audit --silent && node --test --test-concurrency=1 --test-reporter=spec *.test.mjs

screens: build ## a picture of every screen, for a desk and a phone, in docs/screens
	cd test/browser && npm ci --no-fund --no-audit --silent && node screens.mjs

fuzz: ## every fuzz target for FUZZTIME (5s)
	@.ci/fuzz $(FUZZTIME)

race: ## tests of the packages where goroutines meet, under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(POSTGRES) $(GO) test -race -shuffle=on -timeout 60m $(RACY)

lint: check staticcheck generated ## check, staticcheck, and that generated code is what its sources give

staticcheck:
	$(GO) run $(STATICCHECK) ./...

generate: ## rebuild generated code (templ pages, icons)
	$(GO) tool templ generate
	$(GO) test ./internal/edge/portal/ui -run Drawings -regenerate

generated: ## fails if generated code is stale
	@sums() { find . -name '*_templ.go' -not -path './node_modules/*' | LC_ALL=C sort | xargs -r sha256sum; }; \
		before=$$(sums); $(GO) tool templ generate >/dev/null; after=$$(sums); \
		if [ "$$before" != "$$after" ]; then echo "generated code was stale and has been rebuilt; commit it"; exit 1; fi

bench: prerequisites ## measurements as JSON lines, each with its raw limit; ONLY=name runs one
	@case "$(ONLY)" in peers*) ;; *) $(GO) run ./cmd/hemnyckel-bench -only "$(ONLY)" ;; esac
	@case "$(ONLY)" in ""|peers*) cd bench/peers && $(GO) run . -only "$(ONLY)" ;; esac

peers: ## the right to one of 200 doors beside the same as Biscuit, SSH certificate, JWT and COSE: bytes and time
	@cd bench/peers && $(GO) vet . && $(GO) test . >&2 && $(GO) run .

soak: prerequisites ## hours: long fuzzing, 10^8 inputs to the parsers and 10^6 sessions, the race detector, the server killed ROUNDS (50) times, WEEKS (100) simulated
	$(MAKE) race
	$(MAKE) fuzz FUZZTIME=10m
	HEMNYCKEL_SOAK=$(SOAK) $(GO) test -count=1 -timeout 8h -v -run 'TestSoak$$' ./lockcore
	HEMNYCKEL_ALL_STATES=1 $(MAKE) browser
	HEMNYCKEL_CHAOS_ROUNDS=$(ROUNDS) $(GO) test -count=1 -timeout 4h -run 'Chaos|Kill' ./internal/program/...
	$(GO) build -o bin/ ./cmd/hemnyckel
	for seed in $$(seq $(WEEKS)); do bin/hemnyckel simulate --clients 100 --days 7 --seed $$seed --faults --json || exit 1; done

cover: ## how much of each function the tests reach, as bin/cover.html
	@mkdir -p bin
	$(POSTGRES) $(GO) test -coverpkg=./... -coverprofile=bin/cover.out ./...
	$(GO) tool cover -html=bin/cover.out -o bin/cover.html
	@$(GO) tool cover -func=bin/cover.out | tail -1

prerequisites:
	@.ci/prerequisites >&2
