#!/usr/bin/env bash
# Installs what `make demo` and `make test` need on a Debian-like machine; quick when all of it is there.
# Usage: tools/setup.sh [run|test]     (as root, or with sudo)
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}
sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo"
say() { printf '== %s\n' "$*" >&2; }

apt_quiet() { $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o Acquire::Retries=5 "$@" >/dev/null; }
have_pkg() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }
updated=""
update_once() { [ -n "$updated" ] || { say "apt-get update"; apt_quiet update || say "some package lists could not be read; going on with those that could"; updated=1; }; }

need() { # install the named packages that are missing
  local missing=()
  for p in "$@"; do have_pkg "$p" || missing+=("$p"); done
  [ ${#missing[@]} = 0 ] && return 0
  update_once; say "installing ${missing[*]}"; apt_quiet install --no-install-recommends -y "${missing[@]}"
}

office_version() { { soffice --version 2>/dev/null || true; } | sed -n "s/^LibreOffice \([0-9]*\)\.\([0-9]*\).*/\1\2/p"; }

add_backports() { # the machine's own mirror, its own release name
  local codename uri
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  grep -rqs -- "${codename}-backports" /etc/apt/sources.list /etc/apt/sources.list.d && return 0
  update_once
  uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' | awk -v c="$codename" '$2==c {print $1; exit}')
  [ -n "$uri" ] || { say "no mirror of $codename found in the apt sources"; return 1; }
  echo "deb $uri ${codename}-backports main" | $sudo tee "/etc/apt/sources.list.d/${codename}-backports.list" >/dev/null
  updated=""; update_once
}

need_office() {
  local v; v=$(office_version)
  if [ "${v:-0}" -ge 248 ] && have_pkg python3-uno; then return 0; fi
  update_once
  local offered; offered=$(apt-cache policy libreoffice-core-nogui | sed -n 's/ *Candidate: [0-9]*:\?\([0-9]*\)\.\([0-9]*\).*/\1\2/p')
  if [ "${offered:-0}" -ge 248 ]; then
    say "installing LibreOffice"; apt_quiet install --no-install-recommends -y libreoffice-writer-nogui python3-uno
  else
    add_backports
    local codename; codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    say "installing LibreOffice from ${codename}-backports"
    apt_quiet install --no-install-recommends -y -t "${codename}-backports" libreoffice-writer-nogui python3-uno
  fi
}

need_fandol() { # 仿宋 with all of GB2312; one font folder out of a large package
  local dir=/usr/local/share/fonts/hongtou
  [ -s "$dir/FandolFang-Regular.otf" ] && return 0
  update_once; say "fetching the Fandol fonts"
  local tmp; tmp=$(mktemp -d); chmod 755 "$tmp"
  (cd "$tmp" && apt-get -qq -o APT::Sandbox::User=root download texlive-lang-chinese >/dev/null && dpkg-deb --fsys-tarfile ./*.deb | tar -x --wildcards '*/fonts/opentype/public/fandol/*')
  $sudo mkdir -p "$dir"; find "$tmp" -name 'Fandol*.otf' -exec $sudo cp {} "$dir/" \;
  rm -rf "$tmp"
}

need_fonts() {
  need fontconfig fonts-noto-cjk fonts-lxgw-wenkai fonts-liberation
  need_fandol
  if ! cmp -s tools/64-gongwen.conf /etc/fonts/conf.d/64-gongwen.conf; then
    say "font aliases for official documents"; $sudo cp tools/64-gongwen.conf /etc/fonts/conf.d/64-gongwen.conf; $sudo fc-cache -f >/dev/null
  fi
}

need_python() {
  local py
  for py in python3.13 python3.12 python3.11 python3; do
    command -v $py >/dev/null && $py -c 'import sys,venv,ensurepip; sys.exit(sys.version_info < (3,11))' 2>/dev/null && break || py=""
  done
  [ -n "$py" ] || { need python3-venv python3-pip; py=python3; }
  local runs tests
  runs=$( (cat requirements.lock; $py --version) | sha256sum | cut -c1-16)
  tests=$( (cat requirements.lock requirements-test.lock; $py --version) | sha256sum | cut -c1-16)
  [ "$(cat .venv/.hongtou-test 2>/dev/null)" = "$tests" ] && return 0
  [ "$what" = run ] && [ "$(cat .venv/.hongtou-run 2>/dev/null)" = "$runs" ] && return 0
  say "Python packages"
  [ -x .venv/bin/python ] || $py -m venv .venv
  local req=(-r requirements.lock); [ "$what" = test ] && req=(-r requirements-test.lock)
  .venv/bin/python -m pip install -qq --retries 8 --require-hashes "${req[@]}"
  .venv/bin/python -m pip install -qq --no-deps -e .
  if [ "$what" = test ]; then echo "$tests" > .venv/.hongtou-test; else echo "$runs" > .venv/.hongtou-run; fi
}

command -v apt-get >/dev/null || { say "this script knows Debian-like machines only; see README for what to install"; exit 1; }
need_office
need_fonts
command -v javac >/dev/null || need default-jdk-headless
need libjaxb-java
[ "$what" = test ] && need poppler-utils qpdf openssl git softhsm2
if [ "$what" = test ] && ! { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1; then need postgresql; fi
need_python
