#!/bin/sh
# Whether uv chooses what pip does from an ordinary list of requirements, and how long either takes with an empty cache.
# usage: pip-against-uv.sh UV [PYTHON]      UV as Slugdiff keeps it: ~/.cache/slugdiff/tools/uv-*/bin/uv; PYTHON with pip
set -eu

uv=$1
python=${2:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/requirements.txt" <<'END'
Django
pandas
gunicorn
psycopg2-binary
celery
boto3
langchain
streamlit
opentelemetry-distro[otlp]
opentelemetry-instrumentation-django
scikit-learn
END

seconds() { date +%s.%N; }
begin=$(seconds)
"$python" -m pip install --quiet --no-cache-dir --dry-run --ignore-installed --only-binary :all: \
  --report "$work/pip.json" --requirement "$work/requirements.txt"
middle=$(seconds)
"$uv" pip compile --quiet --no-cache --only-binary :all: --no-header --no-annotate --python "$python" \
  "$work/requirements.txt" >"$work/uv.txt"
end=$(seconds)

"$python" - "$work/pip.json" "$work/uv.txt" "$begin" "$middle" "$end" <<'END'
import json, re, sys
report, compiled, *times = sys.argv[1:]
name = lambda text: re.sub(r"[-_.]+", "-", text).lower()
pip = {(name(item["metadata"]["name"]), item["metadata"]["version"]) for item in json.load(open(report))["install"]}
uv = {(name(line.split("==")[0]), line.split("==")[1].split(" ")[0].strip()) for line in open(compiled) if "==" in line}
begin, middle, end = map(float, times)
print(f"{len(pip & uv)} of {len(pip)} distributions are the same; pip {middle - begin:.1f} s, uv {end - middle:.1f} s")
for kind, rest in (("pip", pip - uv), ("uv", uv - pip)):
    for found in sorted(rest):
        print(f"only {kind}: {found[0]} {found[1]}")
END
