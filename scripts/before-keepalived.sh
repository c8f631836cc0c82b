#!/bin/sh
# Looks round before keepalived has its addresses on a machine; changes nothing but what the kernel knows of neighbours.
# Inputs: ADDRESS, the machine's own; INTERFACE, or nothing for the one that has it; PEERS, the addresses of the other
# machines, with spaces between; ROUTER, the router id that nobody else should have, or nothing; ADDRESSES, those that
# nobody should answer for, a line each: <address> <interface, or nothing for the machine's>; LISTEN, the seconds to do so.
# Output: lines of name=value: device; address=<interface> <address/prefix>; router=<sender> <version of VRRP> for each
# router with that id; answers=<address> <MAC>; neighbour=<address of a machine> <MAC>; deaf, why nobody was heard.
# Exit: 0; 78 no interface has the address.

set -eu

main() {
  device=$INTERFACE
  if [ -z "$device" ]; then device=$(ip -o address show | awk -v own="$ADDRESS" '{ sub(/\/.*/, "", $4) } $4 == own { print $2; exit }'); fi
  if [ -z "$device" ]; then
    echo "none of its interfaces has the address $ADDRESS" >&2
    exit 78
  fi
  echo "device=$device"
  ip -o address show | awk '{ print "address=" $2 " " $4 }'
  if [ -n "$ROUTER" ]; then listen & fi
  while read -r virtual on; do
    if [ -n "$virtual" ]; then ask "$virtual" "${on:-$device}" & fi
  done <<END
$ADDRESSES
END
  wait
}

# To ask for any port makes the kernel look for the neighbour; what it remembers may have gone.
ask() {
  ip neigh flush to "$1" dev "$2" 2>/dev/null || true
  touch_port "$1"
  mac=$(mac_of "$1" "$2")
  if [ -z "$mac" ]; then return; fi
  echo "answers=$1 $mac"
  for peer in $PEERS; do
    touch_port "$peer"
    of=$(mac_of "$peer" "$device")
    if [ -n "$of" ]; then echo "neighbour=$peer $of"; fi
  done
}

touch_port() {
  case $1 in *:*) set -- "[$1]" ;; esac
  curl -s --noproxy '*' -o /dev/null --max-time 3.5 "http://$1:9/" 2>/dev/null || true
}

mac_of() {
  ip -o neigh show to "$1" dev "$2" | awk '{ for (i = 1; i < NF; i++) if ($i == "lladdr") print $(i + 1) }'
}

# Perl can listen for any protocol, and every Debian has it.
listen() {
  if ! command -v perl >/dev/null; then
    echo "deaf=perl is missing"
    return
  fi
  perl - "$ROUTER" "$LISTEN" "$device" "$ADDRESS" "$PEERS" <<'END' || echo "deaf=perl cannot listen for VRRP"
use strict;
use Socket qw(:DEFAULT inet_pton inet_ntop unpack_sockaddr_in6);
my ($router, $seconds, $device, $own, $peers) = @ARGV;
my %known = map { $_ => 1 } $own, split " ", $peers;
my $six = $own =~ /:/;
socket(my $socket, $six ? AF_INET6 : AF_INET, SOCK_RAW, 112) or die "socket: $!\n";
# To all routers; its number is what IPv6 calls an interface by.
open(my $number, "<", "/sys/class/net/$device/ifindex") or die "$device: $!\n";
my @group = $six ? (41, 20, inet_pton(AF_INET6, "ff02::12") . pack("I", <$number>)) : (0, 35, inet_aton("224.0.0.18") . inet_aton($own));
setsockopt($socket, $group[0], $group[1], $group[2]) or die "joining: $!\n";
my ($end, %heard) = (time + $seconds);
while ((my $left = $end - time) > 0) {
  vec(my $ready = "", fileno($socket), 1) = 1;
  next if select($ready, undef, undef, $left) < 1;
  my $from = recv($socket, my $packet, 2048, 0) or next;
  my $sender = $six ? inet_ntop(AF_INET6, (unpack_sockaddr_in6($from))[1]) : inet_ntoa(substr($packet, 12, 4));
  my ($kind, $id) = unpack("CC", substr($packet, $six ? 0 : 4 * (ord($packet) & 15)));
  next if $id != $router or ($kind & 15) != 1 or $known{$sender} or $heard{$sender}++;
  print "router=$sender ", $kind >> 4, "\n";
}
END
}

main
