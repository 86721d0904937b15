#!/bin/sh
# The plain method: both sides installed by pip, packed by tar and gzip, and the sizes compared.
# usage: plain.sh REPOSITORY BASE HEAD PYTHON
set -eu

repository=$1
python=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the slug of a revision compresses to, in bytes, without the Python runtime itself.
weigh() {
  slug=$work/$1/app
  mkdir -p "$slug/.heroku"
  git -C "$repository" archive "$2" | tar -x -C "$slug"
  "$python" -m venv --copies "$slug/.heroku/python"
  "$slug/.heroku/python/bin/python" -m pip install --quiet --requirement "$slug/requirements.txt"
  tar -c -C "$work/$1" ./app | gzip | wc -c
}

base=$(weigh base "$2")
head=$(weigh head "$3")
echo "base $base bytes, head $head bytes, $((head - base)) more"
