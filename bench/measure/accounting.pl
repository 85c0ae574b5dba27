#!/usr/bin/perl
# perl accounting.pl account|count RESULT COMMAND ARGUMENT…
#
# Runs COMMAND to the end of all that it started, and writes to RESULT, as JSON, what they used together:
#   {"exitCode": …, "cpuSeconds": …, "processes": … or null}
# Linux hands an orphan to the nearest "child subreaper", so that nothing escapes the sum; Node has no such call, Perl reaches any by
# its number. `count` also counts every process that was started, through ptrace: exact, but it slows them, so CPU is not taken then.
use strict;
use warnings;
use Config;

my ($mode, $result, @command) = @ARGV;
die "usage: perl accounting.pl account|count RESULT COMMAND...\n" unless @command && $mode =~ /^(account|count)$/;

my %numbers = (x86_64 => { prctl => 157, ptrace => 101, wait4 => 61 }, aarch64 => { prctl => 167, ptrace => 117, wait4 => 260 });
my $number = $numbers{ (split /-/, $Config{archname})[0] } or die "no system call numbers for $Config{archname}\n";

use constant { PR_SET_CHILD_SUBREAPER => 36, WALL => 0x40000000, LEFT_ALONE_SECONDS => 15 };
use constant { PTRACE_CONT => 7, PTRACE_SEIZE => 0x4206, PTRACE_LISTEN => 0x4208 };
use constant { EVENT_EXEC => 4, EVENT_STOP => 128 };
use constant OPTIONS => 0x2 | 0x4 | 0x8 | 0x10 | 0x100000; # TRACEFORK, TRACEVFORK, TRACECLONE, TRACEEXEC, EXITKILL

syscall($number->{prctl}, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 or die "prctl: $!\n";
# A signal is the command's to answer; this process ends after it.
my $child;
for my $name (qw(INT TERM HUP)) {
    $SIG{$name} = sub { kill $name, $child if $child };
}

pipe(my $ready, my $go) or die "pipe: $!\n";
$child = fork() // die "fork: $!\n";
if ($child == 0) {
    close $go;
    # Nothing runs before the tracer is there.
    sysread($ready, my $byte, 1);
    close $ready;
    $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
    exec { $command[0] } @command or do { print STDERR "$command[0]: $!\n"; exit 127 };
}
close $ready;
my $tracing = $mode eq 'count';
if ($tracing && syscall($number->{ptrace}, PTRACE_SEIZE, $child, 0, OPTIONS) != 0) {
    my $why = "$!";
    kill 'KILL', $child;
    die "ptrace: $why\n";
}
syswrite $go, "x";
close $go;

# Go forks a child that ends at once, to learn what the kernel can do; a process counts once it runs a program.
my ($processes, %running, $exitCode) = (0);
# What outlives the command by far was forgotten by it, and is ended.
$SIG{ALRM} = sub {
    kill 'KILL', grep { $_ != $child } children();
    alarm 1;
};
while (1) {
    # Perl's own waitpid keeps back the bits that name a tracee's event.
    my $packed = pack('i', 0);
    my $pid = syscall($number->{wait4}, -1, $packed, $tracing ? WALL : 0, 0);
    if ($pid < 0) {
        next if $!{EINTR};
        last;
    }
    my $status = unpack('i', $packed);
    if (($status & 0xff) == 0x7f) {
        stopped($pid, $status);
    }
    else {
        delete $running{$pid};
        next if $pid != $child;
        $exitCode = ($status & 0x7f) ? 128 + ($status & 0x7f) : ($status >> 8) & 0xff;
        alarm LEFT_ALONE_SECONDS;
    }
}
alarm 0;

my (undef, undef, $user, $system) = times;
my $count = $tracing ? $processes : 'null';
open(my $out, '>', $result) or die "$result: $!\n";
printf $out "{\"exitCode\":%d,\"cpuSeconds\":%.2f,\"processes\":%s}\n", $exitCode // 1, $user + $system, $count;
close $out or die "$result: $!\n";
exit($exitCode // 1);

# A tracee has stopped: for an event, which is counted, or with a signal, which it gets.
sub stopped {
    my ($pid, $status) = @_;
    my ($signal, $event) = (($status >> 8) & 0xff, $status >> 16);
    $processes++ if $event == EVENT_EXEC && $pid != $child && !$running{$pid}++;
    # A stop that job control asked for lasts until SIGCONT; 5 is SIGTRAP, the stop of a new tracee.
    my $lasting = $event == EVENT_STOP && $signal != 5;
    syscall($number->{ptrace}, $lasting ? PTRACE_LISTEN : PTRACE_CONT, $pid, 0, $event ? 0 : $signal);
}

sub children {
    open(my $list, '<', "/proc/$$/task/$$/children") or return ();
    return split ' ', <$list> // '';
}
