#!/usr/bin/env bash
# Makes the working copy ready: virtual environment, locked packages, front end, translations.
# Every step leaves a stamp of what it was made from, so that a second run does nothing.
#
#   scripts/bootstrap.sh run    what 'make run' needs
#   scripts/bootstrap.sh test   that, and what 'make test' needs, Chromium included
#   scripts/bootstrap.sh check  that without Chromium, for 'make verify'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 LC_ALL=C.UTF-8
purpose="${1:-run}"
venv=.venv
stamps="$venv/stamps"

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

# Two starts at once ("two copies side by side") prepare one after the other: two builds of the front end
# would take each other's files away.
if command -v flock > /dev/null; then
  exec 9< scripts/bootstrap.sh
  flock -n 9 || { say "Another start is preparing this folder; waiting for it"; flock 9; }
fi

# The lock files can't hold pip's own first step, so its version and hashes stand in a file like theirs.
uv_lock=scripts/uv.lock.txt

# A stamp is a hash of the content of what a step reads, and of the place (a venv can't be moved).
digest() { { pwd; cat -- "$@"; } | sha256sum | cut -d' ' -f1; }
is_fresh() { [ -f "$stamps/$1" ] && [ "$(cat "$stamps/$1")" = "$2" ]; }
stamp() { mkdir -p "$stamps" && printf '%s\n' "$2" > "$stamps/$1"; }

find_python() {
  local name
  for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
    if [ -n "$name" ] && command -v "$name" > /dev/null \
      && "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
      command -v "$name"
      return
    fi
  done
  stop "Python 3.11 or newer with its venv module is needed: install it (Debian: apt-get install python3 python3-venv) and run this again."
}

make_venv() {
  local python
  # A virtual environment can't be moved: one that was made elsewhere is made again.
  if grep -qF "$(pwd)/$venv" "$venv/bin/activate" 2> /dev/null && "$venv/bin/python" -c '' 2> /dev/null; then
    return
  fi
  python="$(find_python)"
  say "Making the virtual environment in $venv with $("$python" --version)"
  "$python" -m venv --clear "$venv" || stop "The virtual environment couldn't be made in $venv: see above."
}

install_python() {
  local lock="$1" want
  want="$(digest "$lock" "$uv_lock")"
  # The packages of the tests contain those of the program.
  if is_fresh python-dev "$(digest requirements-dev.lock "$uv_lock")" || is_fresh python "$want"; then
    return
  fi
  if ! is_fresh uv "$(digest "$uv_lock")"; then
    "$venv/bin/python" -m pip install --quiet --require-hashes --no-deps --only-binary :all: -r "$uv_lock" \
      || stop "The installer uv couldn't be fetched: check the connection to the package index, then run this again."
    stamp uv "$(digest "$uv_lock")"
  fi
  say "Installing the Python packages of $lock"
  "$venv/bin/uv" pip install --quiet --require-hashes --only-binary :all: --python "$venv/bin/python" -r "$lock" \
    || stop "The Python packages couldn't be installed: check the connection to the package index, then run this again."
  rm -f "$stamps/python" "$stamps/python-dev"
  if [ "$lock" = requirements-dev.lock ]; then stamp python-dev "$want"; else stamp python "$want"; fi
}

has_node() {
  command -v node > /dev/null && command -v npm > /dev/null \
    && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2> /dev/null
}

find_node() {
  if has_node; then return; fi
  local lock=scripts/node.lock.txt
  if ! is_fresh node "$(digest "$lock")"; then
    say "Installing Node.js into the virtual environment (this machine has none of 20.19 or newer)"
    "$venv/bin/uv" pip install --quiet --require-hashes --no-deps --python "$venv/bin/python" -r "$lock" \
      || stop "Node.js couldn't be installed: install Node.js 20.19 or newer yourself and run this again."
    stamp node "$(digest "$lock")"
  fi
  PATH="$(pwd)/$venv/bin:$PATH"
  export PATH
  has_node || stop "Node.js 20.19 or newer is needed: install it and run this again."
}

has_front_end_packages() {
  [ -d frontend/node_modules ] && is_fresh npm "$(digest frontend/package.json frontend/package-lock.json)"
}

install_front_end() {
  if has_front_end_packages; then return; fi
  say "Installing the front end's packages"
  (cd frontend && npm ci --no-audit --no-fund --loglevel=error) > "$stamps/npm.log" 2>&1 \
    || { tail -n 5 "$stamps/npm.log" >&2; stop "The front end's packages couldn't be installed: check the connection to the package registry, then run this again."; }
  stamp npm "$(digest frontend/package.json frontend/package-lock.json)"
}

# What the build reads: everything in frontend/ that isn't installed, built or a test.
front_end_inputs() {
  find frontend -type d \( -name node_modules -o -name dist -o -name test \) -prune -o -type f -print0 | LC_ALL=C sort -z
}

front_end_digest() { { pwd; front_end_inputs | xargs -0 sha256sum; } | sha256sum | cut -d' ' -f1; }
has_front_end() { [ -f frontend/dist/manifest.json ] && is_fresh front-end "$(front_end_digest)"; }

build_front_end() {
  local want
  if has_front_end; then return; fi
  want="$(front_end_digest)"
  say "Building the front end"
  # Beside the last build, then into its place: a copy that runs from this folder goes on with what it has.
  local fresh=node_modules/.entente-dist
  (cd frontend && npm run --silent build -- --outDir "$fresh" --emptyOutDir) > "$stamps/front-end.log" 2>&1 \
    || { cat "$stamps/front-end.log" >&2; stop "The front end couldn't be built: see above."; }
  (cd frontend && rm -rf "$fresh-old" && { [ ! -d dist ] || mv dist "$fresh-old"; } && mv "$fresh" dist && rm -rf "$fresh-old")
  stamp front-end "$want"
}

compile_messages() {
  local sources want
  sources="$(find . \( -name node_modules -o -path ./.venv -o -path ./.git -o -path ./var \) -prune \
    -o -path '*/LC_MESSAGES/*.po' -print | LC_ALL=C sort)"
  [ -n "$sources" ] || return 0
  want="$(printf '%s\n' "$sources" | tr '\n' '\0' | xargs -0 cat | sha256sum | cut -d' ' -f1)"
  if is_fresh messages "$want"; then
    local each missing=
    while IFS= read -r each; do [ -f "${each%.po}.mo" ] || missing=yes; done <<< "$sources"
    [ -n "$missing" ] || return 0
  fi
  say "Compiling the translations"
  "$venv/bin/python" scripts/compile_messages.py || stop "The translations couldn't be compiled: see above."
  stamp messages "$want"
}

has_chromium() { [ -x /usr/bin/chromium ] || command -v chromium > /dev/null; }
has_light_chromium() { command -v chromium-headless-shell > /dev/null; }
has_fonts() { command -v fc-list > /dev/null && [ -n "$(fc-list :lang=ar family 2> /dev/null)" ]; }
install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"; } > "$stamps/apt.log" 2>&1 < /dev/null
}

find_chromium() {
  local packages=() light=()
  has_chromium || packages+=(chromium)
  has_fonts || packages+=(fontconfig fonts-noto-core)
  local can_install=
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then can_install=yes; fi
  # The browser tests take a third less of the processor with it, and run without it: it is tried once.
  if [ -n "$can_install" ] && ! has_light_chromium && ! is_fresh light-chromium missing; then
    light=(chromium-headless-shell)
    say "Installing for the browser tests: ${packages[*]} ${light[*]}"
    if install_packages "${packages[@]}" "${light[@]}"; then return; fi
    stamp light-chromium missing
  fi
  if [ "${#packages[@]}" = 0 ]; then return; fi
  if [ -z "$can_install" ]; then
    stop "The browser tests need ${packages[*]}: ask an administrator to run 'apt-get install ${packages[*]}', or run 'make verify', which leaves the browser out."
  fi
  say "Installing for the browser tests: ${packages[*]}"
  install_packages "${packages[@]}" \
    || { tail -n 5 "$stamps/apt.log" >&2; stop "The packages ${packages[*]} couldn't be installed: install them yourself and run this again."; }
}

case "$purpose" in
  run | test | check) ;;
  *) stop "usage: scripts/bootstrap.sh run|test|check" ;;
esac
[ -w . ] || stop "This folder can't be written, and the packages are installed in it: copy it to a place of yours."
make_venv
mkdir -p "$stamps"
chromium=
if [ "$purpose" = test ]; then
  # Beside the rest: it fetches while the others unpack and build.
  find_chromium &
  chromium=$!
fi
lock=requirements-dev.lock
if [ "$purpose" = run ]; then lock=requirements.lock; fi
if has_front_end_packages && has_front_end; then
  # Nothing for Node.js to do, so nobody waits for it to say its version.
  install_python "$lock"
elif has_node; then
  # The two halves need nothing of each other.
  (install_front_end && build_front_end) &
  front_end=$!
  trap 'kill "$front_end" 2> /dev/null || true' EXIT
  install_python "$lock"
  wait "$front_end" || exit 1
  trap - EXIT
else
  install_python "$lock"
  find_node
  install_front_end
  build_front_end
fi
compile_messages
if [ -n "$chromium" ]; then wait "$chromium" || exit 1; fi
