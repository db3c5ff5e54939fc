#!/bin/sh
# SPDX-License-Identifier: MIT
#
# words.sh title|text|command FIGURE: what the page says of a figure: its name for those who do
# not see it, a paragraph of HTML, and the command that brings what it is drawn from.

title()
{
	case $1 in
	bugs) echo "Bars: real bugs by kind, how many are caught by dmalab and how many by the kernel's dma-debug" ;;
	matrix) echo "Heat map: for each real bug and each machine, whether it damages data there or breaks the contract only" ;;
	proof) echo "Bars: programs, reads and reported reads that the proof has enumerated, by length" ;;
	latency) echo "Lines: time of an allocation and its free over size, by path, beside memset, memcpy and other allocators" ;;
	sync) echo "Lines: time of a pair of syncs over the bytes that the CPU wrote before, by size of the buffer" ;;
	checks) echo "Dots: time of each operation without checks, with the contract's, and with all" ;;
	seen) echo "Dots: time of a load and a store of 8 bytes that nobody sees, that sanitizers and valgrind see, and that dmalab judges" ;;
	profiles) echo "Bars: time of map and unmap on each machine that was measured, by level of checking" ;;
	threads) echo "Lines: pairs of allocation and free per second over threads, by level of checking" ;;
	live) echo "Lines: time of a pair over the number of live objects beside it" ;;
	percentiles) echo "Dots: median, 99th and 99.9th percentile of single operations" ;;
	coverage) echo "Lines: edges covered, executions a second and inputs kept over fuzzing time, by engine and target" ;;
	defects) echo "Steps: planted defects found over executions, a line for each fuzz target and engine" ;;
	timeline-talitos) echo "The Talitos bug, step by step" ;;
	esac
}

text()
{
	case $1 in
	bugs) echo "Bugs of real drivers, each reduced to a trace; its fix must draw nothing on any machine. Caught means: by the check
that names the mistake, at the step that makes it. What dma-debug sees is judged from its source; it knows arguments and lifetimes, and
nothing of what CPU and device do to the bytes between the calls." ;;
	matrix) echo "Each bug on each machine: <b>D</b> where two legal caches (or memory and bounce buffer) disagree about bytes that are
read, <b>c</b> where only the API's contract is broken. Where devices snoop the bytes are
right all the same, which is how such bugs ship." ;;
	proof) echo "Every program of so few events, over a few bytes of one line, against the set of all states that a legal cache may be
in. A read must be reported exactly when two of these give it different values." ;;
	latency) echo "One allocation and its free on the default machine (arm64), by the three paths; what zeroing or copying as many bytes
costs on plain memory, which is the limit; and other allocators doing the same, where they were installed. Memory comes in pages, so below
4&nbsp;KiB a path that zeroes pays for 4&nbsp;KiB." ;;
	sync) echo "<code>dma_sync_single_for_device()</code> and <code>dma_sync_single_for_cpu()</code>, one after the other, of all of a
bidirectional noncoherent buffer, after the CPU wrote its first bytes: none, 1/16, 1/4, or all of them. A line for each size of the buffer.
The writes are not timed." ;;
	checks) echo "The same call at each level of checking, on the default machine." ;;
	seen) echo "A load or a store of 8 bytes, stepping through a page that is settled: as it is, compiled with a sanitizer or run under
valgrind, and by <code>dmalab_cpu_read()</code> and <code>_write()</code>, which instrumented code calls." ;;
	profiles) echo "map, <code>dma_mapping_error()</code> and unmap of a buffer that was not written since. What differs is the maintenance
that the machine's kernel does." ;;
	threads) echo "All threads use one device of one machine, which has one lock." ;;
	live) echo "A look-up should cost the same however many objects live." ;;
	percentiles) echo "Each operation timed by itself, the cost of reading the clock taken off; over all samples, so that what the host
does meanwhile counts." ;;
	coverage) echo "The engines count edges in different ways, so compare targets within a column of panels, not across. Panels in a row
have one scale." ;;
	defects) echo "Mistakes that somebody could make in <code>core/</code>, each in a build of its own, and how many executions a fuzz target
needs to see it: the median of its runs, from an empty corpus. What no target sees is for the tests and the proof, and the numbers below say which
of them." ;;
	esac
}

command()
{
	case $1 in
	bugs) echo "./dmalab score corpora/bugs" ;;
	matrix) echo "./dmalab matrix corpora/bugs" ;;
	proof) echo "make proof-results" ;;
	defects) echo "make defects" ;;
	coverage) echo "${fuzz_command:-make fuzz}" ;;
	*) echo "${bench_command:-make bench}" ;;
	esac
}

case $1 in
title | text | command) "$1" "$2" ;;
esac
