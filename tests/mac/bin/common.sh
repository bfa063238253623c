# What all stand-ins share: they write down how they were called, can be told to
# kill whoever called them at the n-th call (before or after their work), and can
# be given answers ("script/NAME": one exit code a line, used up line by line).
set -u
name=$(basename "$0")
echo "$name $*" >>"$world/calls"
count=$(($(cat "$world/count" 2>/dev/null || echo 0) + 1))
echo "$count" >"$world/count"
at=$(cat "$world/kill/at" 2>/dev/null || echo 0)
when=$(cat "$world/kill/when" 2>/dev/null || echo before)
kill_caller() { kill -9 "$PPID"; exit 1; }
if [ "$count" = "$at" ]; then
  [ "$when" = before ] && kill_caller
  trap kill_caller EXIT
fi
# scripted KEY: ends with the next answer that was given for KEY, if there is one.
scripted() {
  local file="$world/script/$1" code
  [ -s "$file" ] || return 0
  code=$(head -n 1 "$file")
  if [ "$(wc -l <"$file")" -gt 1 ]; then
    tail -n +2 "$file" >"$file.rest" && mv "$file.rest" "$file"
  elif [ ! -e "$file.always" ]; then
    rm "$file"
  fi
  [ "$code" = - ] && return 0
  echo "$name failed: $code: scripted" >&2
  exit "$code"
}
