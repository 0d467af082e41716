# shellcheck shell=bash
# Sets a step of action.yml apart from the checkout, of which nothing may run; every step sources it first.
# Reads GITHUB_WORKSPACE, and INTERPRETER, a Python.
set -euo pipefail

# Programs: from no folder of the checkout, and from no relative one, whatever earlier steps have put on the PATH.
in_checkout() { # the current folder
  while ! [ . -ef "$GITHUB_WORKSPACE" ]; do
    if [ . -ef / ]; then return 1; fi
    cd ..
  done
}
path_outside() {
  local folders folder found kept=
  IFS=: read -r -a folders <<< "$PATH"
  for folder in "${folders[@]}"; do
    if [ "${folder#/}" != "$folder" ] && cd -P "$folder" 2> /dev/null; then
      found=$PWD
      if ! in_checkout; then kept="$kept:$found"; fi
    fi
  done
  printf '%s' "${kept#:}"
}
PATH=$(path_outside)

# Python: -I leaves out the current folder, PYTHONPATH and the user's packages; no PYTHONPATH for what pip starts, either.
for variable in ${!PYTHON*}; do unset "$variable"; done
cnncalc() { "$INTERPRETER" -I -X utf8 -m cnncalc "$@"; }

# git: no hook and no monitor of the checkout, and no folder of it taken for a repository (its files can look like one).
for setting in core.fsmonitor=false core.hooksPath=/dev/null safe.bareRepository=explicit; do
  number=${GIT_CONFIG_COUNT:-0}
  export "GIT_CONFIG_KEY_$number=${setting%%=*}" "GIT_CONFIG_VALUE_$number=${setting#*=}"
  export GIT_CONFIG_COUNT=$((number + 1))
done
