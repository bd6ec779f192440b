#!/usr/bin/env bash
# Records the captures in examples/captures: real programs talking between two network namespaces made here.
# Nothing leaves this machine: the only link is a veth pair between the namespaces, and both go away at the end.
#
#   sudo tools/captures/record.sh [FOLDER]        default: examples/captures
#
# Debian packages: tshark iproute2 curl python3 dnsmasq-base bind9-dnsutils openssh-server openssh-client iperf3
# iputils-ping
set -euo pipefail

here=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$here/examples/captures}
client=rh-cap-client-$$
server=rh-cap-server-$$
client_ip=192.0.2.1
server_ip=192.0.2.2
work=$(mktemp -d)
started=()

for tool in ip ss ping dumpcap editcap tshark curl python3 dnsmasq dig /usr/sbin/sshd ssh-keygen iperf3; do
  command -v "$tool" >/dev/null || { echo "expected $tool on this machine; install the packages listed in $0" >&2; exit 3; }
done
[ "$(id -u)" = 0 ] || { echo "expected root (network namespaces need it), saw $(id -un); run it with sudo" >&2; exit 3; }

cleanup() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  ip netns del "$client" 2>/dev/null || true
  ip netns del "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

ip netns add "$client"
ip netns add "$server"
ip link add rhcap0 netns "$client" type veth peer name rhcap0 netns "$server"
ip -n "$client" addr add $client_ip/24 dev rhcap0
ip -n "$server" addr add $server_ip/24 dev rhcap0
for ns in "$client" "$server"; do
  ip -n "$ns" link set lo up
  ip -n "$ns" link set rhcap0 up
done

at_client() { ip netns exec "$client" "$@"; }

# Starts a program in the server's namespace and remembers it for the cleanup.
serve() {
  ip netns exec "$server" "$@" >>"$work/servers.log" 2>&1 &
  started+=($!)
}

# Waits until the server listens: $1 is -lt (TCP) or -lu (UDP), $2 the port.
await() {
  for _ in $(seq 100); do
    if ip netns exec "$server" ss -Hn "$1" "sport = :$2" | grep -q .; then return; fi
    sleep 0.1
  done
  echo "nothing listens on port $2 after 10 s; the servers said:" >&2
  cat "$work/servers.log" >&2
  exit 3
}

recorder=
# Starts recording into FILE, which begins with the first packet after dumpcap said that it is ready.
record() { # FILE NAMESPACE INTERFACE [DUMPCAP OPTIONS]
  local file=$1 ns=$2 interface=$3
  shift 3
  ip netns exec "$ns" dumpcap -q -P -i "$interface" -w "$work/$file" "$@" 2>"$work/dumpcap.log" &
  recorder=$!
  for _ in $(seq 100); do
    if [ -s "$work/$file" ]; then sleep 0.3; return; fi
    sleep 0.1
  done
  cat "$work/dumpcap.log" >&2
  exit 3
}

recorded() { # FILE
  # The last packets are still on their way to the recorder when a client ends.
  sleep 0.7
  kill -INT "$recorder"
  wait "$recorder" || true
  # Recorded as pcap and then converted: dumpcap would write the host's processor and kernel into a pcapng file.
  case $1 in *.pcapng) editcap -F pcapng "$work/$1" "$work/converted" && mv "$work/converted" "$work/$1" ;; esac
  local size
  size=$(stat -c %s "$work/$1")
  if [ "$size" -gt 307200 ]; then echo "$1 has $size bytes, more than 300 KiB: nothing replaced" >&2; exit 1; fi
  mv "$work/$1" "$out/$1"
  chmod 644 "$out/$1"
}

mkdir -p "$out" "$work/site"
head -c 6000 /dev/zero | tr '\0' 'r' >"$work/site/page.html"

serve python3 -m http.server --bind $server_ip --directory "$work/site" 8080
await -lt 8080
record http.pcapng "$client" rhcap0
for _ in 1 2 3 4; do at_client curl -sS -o /dev/null "http://$server_ip:8080/page.html"; done
at_client curl -sS -o /dev/null "http://$server_ip:8080/missing.html" || true
at_client curl -sS -o /dev/null "http://$server_ip:8081/refused" || true
recorded http.pcapng

serve dnsmasq --no-daemon --no-resolv --no-hosts --bind-interfaces --listen-address=$server_ip --port=5353 \
  --pid-file="$work/dnsmasq.pid" --address=/lab.example/198.51.100.7 \
  --txt-record=big.example,"$(head -c 250 /dev/zero | tr '\0' 'a')","$(head -c 250 /dev/zero | tr '\0' 'b')","$(head -c 250 /dev/zero | tr '\0' 'c')"
await -lu 5353
record dns.pcap "$client" rhcap0
for name in www.lab.example mail.lab.example nothing.example; do
  at_client dig +tries=1 +timeout=2 -p 5353 @$server_ip "$name" A >/dev/null || true
done
at_client dig +tries=1 +timeout=2 +bufsize=512 -p 5353 @$server_ip big.example TXT >/dev/null || true
recorded dns.pcap

ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$work/user_key"
install -m 600 "$work/user_key.pub" "$work/authorized_keys"
cat >"$work/sshd_config" <<CONFIG
Port 2222
ListenAddress $server_ip
HostKey $work/host_key
AuthorizedKeysFile $work/authorized_keys
PidFile $work/sshd.pid
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
CONFIG
mkdir -p /run/sshd
serve /usr/sbin/sshd -D -e -f "$work/sshd_config"
await -lt 2222
record ssh.pcapng "$server" rhcap0
at_client ssh -F none -i "$work/user_key" -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
  -o LogLevel=ERROR "$(id -un)@$server_ip" 'for i in 1 2 3; do echo line $i; done' >/dev/null
recorded ssh.pcapng

serve iperf3 -s -B $server_ip -p 5201
await -lt 5201
# Only the start of each packet is kept: the load is the point, not its content.
record iperf3-tcp.pcapng "$client" rhcap0 -s 96
at_client iperf3 -c $server_ip -p 5201 -n 1M -b 20M -P 2 >/dev/null
recorded iperf3-tcp.pcapng
record iperf3-udp.pcap "$client" rhcap0 -s 64
at_client iperf3 -c $server_ip -p 5201 -u -b 4M -l 1200 -t 1 >/dev/null
recorded iperf3-udp.pcap

# Datagrams above the MTU, recorded on every interface at once: fragments, and Linux's cooked link type.
record ping-fragments.pcap "$server" any
at_client ping -q -c 3 -i 0.2 -s 3000 $server_ip >/dev/null
at_client ping -q -c 3 -i 0.2 $server_ip >/dev/null
recorded ping-fragments.pcap

node "$here/tools/captures/oracle.mjs" "$out"
