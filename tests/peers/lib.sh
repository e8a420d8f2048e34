# Packages from the npm registry, installed under a lock file's hashes, and the model endpoint that runs on them.
# Sourced by the peer tests and by the demonstration; needs `root`.
# shellcheck shell=bash

: "${root:?the source tree}"

# npm_packages FOLDER: what FOLDER (below tests/peers, or tests/peers itself as `.`) names, with its sources, in
# build/peers/FOLDER; nothing is asked of the registry while that is there. Says why it could not be done, on
# standard output, and fails.
npm_packages() {
  local from=$root/tests/peers/$1 to=$root/build/peers/$1 stamp
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "node and npm are not installed"
    return 1
  fi
  mkdir -p "$to"
  stamp="$(sha256sum <"$from/package-lock.json") $(node --version)"
  if [[ ! -r $to/installed || $(<"$to/installed") != "$stamp" ]]; then
    rm -f "$to/installed"
    cp "$from/package.json" "$from/package-lock.json" "$to/"
    if ! (cd "$to" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund) >"$to/npm.log" 2>&1; then
      echo "npm could not install them: $(grep -m 1 '^npm error' "$to/npm.log" || tail -n 1 "$to/npm.log")"
      return 1
    fi
    echo "$stamp" >"$to/installed"
  fi
  rm -f "$to"/*.mjs
  cp "$from"/*.mjs "$to/"
}

# start_model ENGINE: a model endpoint on the deployment's port for one. `llama` needs npm_packages model.
start_model() {
  start model node "$root/build/peers/model/server.mjs" "$1" "$model"
  wait_for "the model endpoint ($1)" "$KEYTURN" call GET "$model_url/simulated/requests"
}
