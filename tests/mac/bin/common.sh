# What all stand-ins share: they write down how they were called, can be told to
# kill whoever called them at the n-th call (before or after their work), and can
# be given answers ("script/NAME": one exit code a line, used up line by line).
# Only what bash itself can do: hundreds of these are started.
set -u
name=${0##*/}
echo "$name $*" >>"$world/calls"
# content FILE ELSE: what stands in it.
content() { if [ -e "$1" ]; then answer=$(<"$1"); else answer=$2; fi; }
content "$world/count" 0 && count=$((answer + 1))
echo "$count" >"$world/count"
content "$world/kill/at" 0 && at=$answer
content "$world/kill/when" before && when=$answer
kill_caller() { kill -9 "$PPID"; exit 1; }
if [ "$count" = "$at" ]; then
  [ "$when" = before ] && kill_caller
  trap kill_caller EXIT
fi
# scripted KEY: ends with the next answer that was given for KEY, if there is one.
scripted() {
  local file="$world/script/$1" codes
  [ -s "$file" ] || return 0
  mapfile -t codes <"$file"
  if [ ${#codes[@]} -gt 1 ]; then
    printf '%s\n' "${codes[@]:1}" >"$file"
  elif [ ! -e "$file.always" ]; then
    rm "$file"
  fi
  [ "${codes[0]}" = - ] && return 0
  echo "$name failed: ${codes[0]}: scripted" >&2
  exit "${codes[0]}"
}
