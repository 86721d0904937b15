#!/bin/sh
# What plain builds of CPython weigh, stripped as Heroku's are: no tests, no static libraries, no optimised bytecode, no symbols.
# usage: cpython.sh PREFIX…                 prints what each comes to under tar and pigz -6
#        cpython.sh --into DIRECTORY PREFIX   only lays the stripped build there
# needs pigz, GNU tar and strip; PREFIX is where a build was installed, such as ~/.pyenv/versions/3.12.1
set -eu

lay() {
  cp -R "$1/." "$2"
  rm -rf "$2"/lib/python3*/site-packages/* "$2"/share "$2"/lib/python3*/lib2to3/tests
  find "$2" -depth -type d \( -name test -o -name tests -o -name idle_test \) -path '*/lib/python3*' -exec rm -rf {} +
  find "$2" -name '*.a' -delete -o -name '*.opt-[12].pyc' -delete
  find "$2" -type f \( -name '*.so*' -o -path '*/bin/python3*' \) -exec sh -c 'strip "$@" 2>/dev/null || true' - {} +
}

if [ "$1" = --into ]; then
  lay "$3" "$2"
  exit
fi
for prefix in "$@"; do
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/app/.heroku/python"
  lay "$prefix" "$work/app/.heroku/python"
  bytes=$(tar --sort=name --owner=root --group=root --hard-dereference -C "$work" -cf - ./app | pigz -6 | wc -c)
  version=$("$prefix/bin/python3" -c 'import platform; print(platform.python_version())')
  awk -v version="$version" -v bytes="$bytes" 'BEGIN { printf "%s %.1f MiB\n", version, bytes / 1048576 }'
  rm -rf "$work"
done
