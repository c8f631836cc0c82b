#!/usr/bin/perl
# Reads the command line of every process, and the environment of those that are not root's, again and again until
# standard input ends; so it sees what any user sees with ps. Argument: the milliseconds from one time to the next.
# Output: each text once, after the word cmdline or environ, ended by a zero byte; then what was done, in one line.
use strict;
use warnings;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my $period = shift() / 1000;
my $here   = readlink '/proc/self/ns/pid';
# Where all processors are busy it would come late otherwise.
setpriority(0, 0, -15);
my (%seen, %place);
my ($samples, $longest) = (0, 0);
my $stdin = '';
vec($stdin, 0, 1) = 1;

my $begun = my $last = my $next = now();
until (ended()) {
  sample();
  my $now = now();
  $longest = $now - $last if $now - $last > $longest;
  $last = $now;
  $next += $period;
  $next = $now if $next < $now;
}
printf "sampled %d %.1f %.0f\n", $samples, now() - $begun, $longest * 1000;

sub now { clock_gettime(CLOCK_MONOTONIC) }

sub ended {
  my $wait = $next - now();
  return select(my $ready = $stdin, undef, undef, $wait > 0 ? $wait : 0);
}

sub sample {
  $samples++;
  opendir(my $proc, '/proc') or die "/proc: $!";
  my %alive;
  for my $pid (grep { /^\d/ } readdir $proc) {
    next if $pid == $$;
    # What runs in a container of this machine is a machine of its own, and the kernel's own threads have no arguments.
    $alive{$pid} = $place{$pid} // (readlink "/proc/$pid/exe" ? readlink "/proc/$pid/ns/pid" : '') // '';
    next if $alive{$pid} ne $here;
    note($pid, 'cmdline');
    note($pid, 'environ') if (stat "/proc/$pid")[4];
  }
  %place = %alive;
}

my $text;

sub note {
  my ($pid, $file) = @_;
  open(my $handle, '<', "/proc/$pid/$file") or return;
  return unless sysread($handle, $text, 262144);
  print "$file ", $text =~ tr/\0/ /r, "\0" unless $seen{$text}++;
}
__END__
