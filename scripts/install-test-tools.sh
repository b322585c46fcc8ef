#!/usr/bin/env bash
# Installs from Debian what the tests put at the other end of a dial: proxies, TLS terminators, a second
# WebSocket implementation, a NATS server, three browsers, and the tools that cut networks. Idempotent: what is there is not touched,
# and without anything missing it neither needs root nor the network.
set -euo pipefail

# package:command that shows it is there
wanted=(
  squid:squid
  tinyproxy-bin:tinyproxy
  dante-server:danted
  microsocks:microsocks
  nginx-light:nginx
  haproxy:haproxy
  openssl:openssl
  curl:curl
  chromium:chromium
  firefox-esr:firefox-esr
  webkit2gtk-driver:WebKitWebDriver
  xvfb:Xvfb
  iproute2:ip
  nftables:nft
  procps:ps
  nats-server:nats-server
  libwebsockets-test-server:libwebsockets-test-server
)

# Daemons live in sbin, which the PATH of a plain user lacks.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

missing=()
for each in "${wanted[@]}"; do
  command -v "${each#*:}" >/dev/null || missing+=("${each%%:*}")
done
# The system's Python, not one of a version manager: Debian's packages are for that one alone.
for each in websockets uvicorn wsproto tornado aiohttp; do
  /usr/bin/python3 -c "import $each" 2>/dev/null || missing+=("python3-$each")
done
[ -e /usr/share/perl5/Mojolicious.pm ] || missing+=(libmojolicious-perl)

if [ "${#missing[@]}" -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
export DEBIAN_FRONTEND=noninteractive

# The tests start their own daemons, with their own configuration, on loopback: none of the system's may start.
policy=/usr/sbin/policy-rc.d
made_policy=no
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod +x "$policy"
  made_policy=yes
fi
cleanup() {
  if [ "$made_policy" = yes ]; then "${as_root[@]}" rm -f "$policy"; fi
}
trap cleanup EXIT

install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

echo "installing: ${missing[*]}" >&2
# The lists may be missing or older than the archive.
install 2>/dev/null || {
  "${as_root[@]}" apt-get update -qq >/dev/null
  install
}
