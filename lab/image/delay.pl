#!/usr/bin/perl
# Holds every packet of one netfilter queue back for a fixed time: what `tc netem delay` does, for
# kernels that lack netem. Arguments: queue number, milliseconds. Runs until it is ended; the rule that
# fills the queue says "bypass", so packets flow freely without it.
use strict;
use warnings;
use Socket;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

use constant { AF_NETLINK => 16, NETLINK_NETFILTER => 12, NFNL_SUBSYS_QUEUE => 3 };
use constant { MSG_PACKET => 0, MSG_VERDICT => 1, MSG_CONFIG => 2 };
use constant { ATTR_HEADER => 1, ATTR_CFG_COMMAND => 1, ATTR_CFG_PARAMS => 2, ATTR_CFG_MAXLEN => 3, ATTR_VERDICT => 2 };
use constant { BIND => 1, COPY_META => 1, ACCEPT => 1, REQUEST => 1 };

my ($queue, $milliseconds) = @ARGV;
my $delay = $milliseconds / 1000;

socket(my $netlink, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER) or die "netlink: $!";
bind($netlink, pack('S S L L', AF_NETLINK, 0, 0, 0)) or die "bind: $!";
configure(ATTR_CFG_COMMAND, pack('C C n', BIND, 0, AF_INET));
configure(ATTR_CFG_PARAMS, pack('N C', 64, COPY_META));
configure(ATTR_CFG_MAXLEN, pack('N', 100_000));

my @held;
while (1) {
  my $wait = @held ? $held[0][0] - clock_gettime(CLOCK_MONOTONIC) : undef;
  if (defined $wait && $wait <= 0) {
    release((shift @held)->[1]);
    next;
  }
  vec(my $ready = '', fileno($netlink), 1) = 1;
  next unless select($ready, undef, undef, $wait);
  defined recv($netlink, my $messages, 1 << 20, 0) or next;
  push @held, map { [clock_gettime(CLOCK_MONOTONIC) + $delay, $_] } packets($messages);
}

sub packets {
  my ($rest) = @_;
  my @ids;
  while (length $rest >= 20) {
    my ($length, $type) = unpack 'L S', $rest;
    last if $length < 20;
    my $attributes = substr $rest, 20, $length - 20;
    push @ids, packet_id($attributes) if $type == (NFNL_SUBSYS_QUEUE << 8 | MSG_PACKET);
    $rest = substr $rest, min(aligned($length), length $rest);
  }
  return grep { defined } @ids;
}

sub packet_id {
  my ($rest) = @_;
  while (length $rest >= 4) {
    my ($length, $type) = unpack 'S S', $rest;
    return unpack 'N', substr $rest, 4 if ($type & 0x7fff) == ATTR_HEADER;
    $rest = substr $rest, min(aligned($length), length $rest);
  }
  return undef;
}

sub configure { send_message(MSG_CONFIG, @_) }

sub release { send_message(MSG_VERDICT, ATTR_VERDICT, pack 'N N', ACCEPT, $_[0]) }

sub send_message {
  my ($type, $attribute, $value) = @_;
  my $padded = $value . "\0" x (aligned(length $value) - length $value);
  my $body = pack('C C n', AF_INET, 0, $queue) . pack('S S', 4 + length $value, $attribute) . $padded;
  my $header = pack 'L S S L L', 16 + length $body, NFNL_SUBSYS_QUEUE << 8 | $type, REQUEST, 0, 0;
  defined send($netlink, $header . $body, 0) or die "netlink: $!";
}

sub aligned { ($_[0] + 3) & ~3 }

sub min { $_[0] < $_[1] ? $_[0] : $_[1] }
