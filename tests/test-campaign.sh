#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The campaign loses nothing: killed at any moment it keeps each finding and each input of its
# corpora, and goes on from there. The engines here are small scripts that behave as the real
# ones do: what they find is written to two lists before they tell the campaign of it, and in
# the end both lists must be in its results. More kills:
#
#   CAMPAIGN_KILLS=100 make check TESTS=tests/test-campaign.sh

set -u
kills=${CAMPAIGN_KILLS:-3}
source=$(cd "$srcdir" && pwd)
case $(./config.status --config) in
*-fsanitize* | *--coverage*)
	echo "there is nothing of the library in this test: skipped in this build of it"
	exit 77
	;;
esac
for tool in setsid flock sha1sum; do
	if ! command -v $tool >/dev/null; then
		echo "$tool is not installed: skipped"
		exit 77
	fi
done

tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT
cd "$tree" || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS

# --------------------------------------------------------------- an engine

mkdir -p fuzz/build-libfuzzer fuzz/build-fast fuzz/build-afl corpora/fuzz/demo docs
ln -s "$source/fuzz/campaign" fuzz/campaign
ln -s "$source/docs/checks" docs/checks
echo a seed >corpora/fuzz/demo/seed

# What stops an engine is an input with the word BUG in it; the letter behind it is the place.
cat >fuzz/replay-demo <<'END'
#!/bin/sh
[ "$1" != --print ] || { shift; cat "$1"; }
for file; do
	printf '%s: ' "$file" >&2
	if grep -q BUG "$file"; then
		printf '\nFINDING (demo): number 17 of bug %s reports leak\n' \
			"$(sed -n 's/.*BUG\(.\).*/\1/p' "$file")" >&2
		exit 134
	fi
	echo ok >&2
done
END

# As libFuzzer: an input that is new is written by the name of its hash; a finding ends it.
cat >fuzz/build-fast/demo <<'END'
#!/bin/sh
prefix='' exact='' mode=hunt
for arg; do
	case $arg in
	-artifact_prefix=*) prefix=${arg#*=} ;;
	-exact_artifact_path=*) exact=${arg#*=} ;;
	-minimize_crash=1) mode=shrink ;;
	-merge=1) mode=merge ;;
	-*) ;;
	*) last=$arg first=${first:-$arg} ;;
	esac
done
if [ $mode = merge ]; then
	cp "$last"/*0 "$first/"
	exit
elif [ $mode = shrink ]; then
	grep -o 'BUG.' "$last" >"$exact"
	exit 0
elif [ -f "$last" ]; then
	exec fuzz/replay-demo "$last"
fi
end() {
	echo "stat::number_of_executed_units: $n"
	exit 0
}
trap end INT TERM
n=0
while :; do
	n=$((n + 1))
	text="input $$ $n $(od -An -N8 -tx8 /dev/urandom)"
	hash=$(echo "$text" | sha1sum | cut -d ' ' -f 1)
	echo "$hash" >>inputs.list
	echo "$text" >"$last/$hash"
	echo "#$n	NEW    cov: $((n + 10)) ft: 9 corp: $n/9b"
	if [ $n = 10 ] && [ ! -f quiet ]; then
		case $0 in *libfuzzer*) text="$text BUGA" ;; *) text="$text BUGB" ;; esac
		hash=$(echo "$text" | sha1sum | cut -d ' ' -f 1)
		echo "$text" >"${prefix}crash-$hash"
		echo "$hash" >>findings.list
		exit 77
	fi
	sleep 0.05
done
END
cp fuzz/build-fast/demo fuzz/build-libfuzzer/demo

# As AFL++: a queue and crashes of its own, and figures at the end.
cat >afl-fuzz <<'END'
#!/bin/sh
name=main
while [ "$1" != -- ]; do
	case $1 in
	-M | -S) name=$2 ;;
	-o) out=$2 ;;
	esac
	shift
done
out=$out/$name
mkdir -p "$out/queue" "$out/crashes" "$out/hangs"
end() {
	printf 'execs_done : %d\nedges_found : 9\ncorpus_count : %d\n' $n $n >"$out/fuzzer_stats"
	exit 0
}
trap end INT TERM
n=0
while :; do
	n=$((n + 1))
	text="afl $name $$ $n $(od -An -N8 -tx8 /dev/urandom)"
	[ $((n % 10)) != 0 ] || [ -f quiet ] || text="$text BUGC"
	hash=$(echo "$text" | sha1sum | cut -d ' ' -f 1)
	case $text in
	*BUG*)
		echo "$text" >"$out/crashes/id:$n"
		echo "$hash" >>findings.list
		;;
	*)
		echo "$text" >"$out/queue/id:$n,execs:$n"
		echo "$hash" >>inputs.list
		;;
	esac
	sleep 0.05
done
END
printf '#!/bin/sh\n' >afl-showmap
chmod +x fuzz/replay-demo fuzz/build-*/demo afl-fuzz afl-showmap
cp fuzz/build-fast/demo fuzz/build-afl/demo
: >inputs.list
: >findings.list

# campaign NAME=VALUE...
campaign()
{
	env srcdir=. MAKE=true AFL_FUZZ="$tree/afl-fuzz" FUZZ_INSTALLED="libfuzzer fast afl" \
		FUZZ_TARGETS=demo FUZZ_JOBS=4 FUZZ_TIME=1h FUZZ_WALL=4 "$@" sh fuzz/campaign/campaign.sh
}

# soon COMMAND: wait until it is true
soon()
{
	for tenth in $(seq 300); do
		"$@" && return
		sleep 0.1
	done
	fails "not in thirty seconds: $*"
}

fails()
{
	cat log 2>/dev/null
	echo "$*"
	exit 1
}

# What was written just before the engine was killed may be incomplete, and then it is an
# input all the same, with another hash: the last of each run may be missing by its name.
missing_inputs()
{
	sort -u inputs.list | while read -r hash; do
		test -e "fuzz/results/corpus/demo/$hash" || echo "$hash"
	done | wc -l
}

missing_findings()
{
	sort -u findings.list | while read -r hash; do
		test -e "fuzz/results/findings/demo/raw/$hash" || echo "$hash"
	done | wc -l
}

# ----------------------------------------------------------------- killed

for number in $(seq "$kills"); do
	setsid env srcdir=. MAKE=true AFL_FUZZ="$tree/afl-fuzz" \
		FUZZ_INSTALLED="libfuzzer fast afl" FUZZ_TARGETS=demo FUZZ_JOBS=4 FUZZ_TIME=1h \
		FUZZ_WALL=1h sh fuzz/campaign/campaign.sh >log 2>&1 &
	sleep $((1 + number % 3)).$(($$ * number % 10))
	kill -s KILL -- -$!
	wait $! 2>/dev/null
done
echo "killed $kills times: $(wc -l <inputs.list) inputs, $(wc -l <findings.list) findings"

# The engines of the last one are still at work: the next campaign ends them first.
campaign >log 2>&1
test $? = 1 || fails "a campaign with findings does not end with status 1"
pgrep -f "$tree/afl-fuzz" >/dev/null && fails "an engine is left running"
test "$(missing_findings)" = 0 || fails "$(missing_findings) findings are lost"
test "$(missing_inputs)" -le $((4 * (kills + 1))) || fails "$(missing_inputs) inputs are lost"

# Many inputs, three bugs; each is shrunk, and the command that replays it is there.
test "$(ls -d fuzz/results/findings/demo/*/signature | wc -l)" = 3 ||
	fails "three bugs are not three findings: $(cat fuzz/results/findings/demo/*/signature)"
for finding in fuzz/results/findings/demo/*/small; do
	test "$(wc -c <"$finding")" = 5 || fails "$finding was not shrunk"
	grep -qF "replay:  fuzz/replay-demo --print $finding" log || fails "no replay of $finding"
done
test "$(cat fuzz/results/findings/demo/*/inputs | sort -u | wc -l)" = \
	"$(ls fuzz/results/findings/demo/raw | wc -l)" || fails "an input belongs to no finding"
head -n 1 fuzz/results/fast-demo/coverage.csv | grep -qx "seconds,execs,edges,corpus,findings,cpu" ||
	fails "no header in coverage.csv"
test "$(grep -cvE '^[0-9]+(,[0-9]+){5}$' fuzz/results/fast-demo/coverage.csv)" = 1 ||
	fails "a row of coverage.csv is no row"
awk -F , 'NR > 1 { if ($1 + 0 < last) exit 1; last = $1 + 0 }' fuzz/results/fast-demo/coverage.csv ||
	fails "time goes backwards in coverage.csv"

# ------------------------------------------------------------- interrupted

: >quiet
setsid env srcdir=. MAKE=true AFL_FUZZ="$tree/afl-fuzz" FUZZ_INSTALLED="fast" \
	FUZZ_TARGETS=demo FUZZ_JOBS=4 FUZZ_TIME=1h FUZZ_WALL=1h sh fuzz/campaign/campaign.sh >log 2>&1 &
pid=$!
soon grep -qs "starts from" log
sleep 2
begin=$(date +%s)
kill -TERM $pid
wait $pid
status=$?
test $status = 130 || fails "an interrupted campaign ends with status $status"
test $(($(date +%s) - begin)) -le 10 || fails "an interrupted campaign took its time"
grep -q "stopped before the end: 1 of 1 jobs" log || fails "does not say how far it came"

# As it prepares, too: here in a replay of the seeds that takes for ever.
mv fuzz/replay-demo replay-demo
printf '#!/bin/sh\nexec sleep 1000\n' >fuzz/replay-demo
chmod +x fuzz/replay-demo
setsid env srcdir=. MAKE=true AFL_FUZZ="$tree/afl-fuzz" FUZZ_INSTALLED="fast" \
	FUZZ_TARGETS=demo FUZZ_JOBS=4 FUZZ_TIME=1h FUZZ_WALL=1h sh fuzz/campaign/campaign.sh >log 2>&1 &
pid=$!
soon test -e fuzz/results/corpus/demo.screening
begin=$(date +%s)
kill -TERM $pid
wait $pid
status=$?
test $status = 130 || fails "interrupted as it prepares it ends with status $status"
test $(($(date +%s) - begin)) -le 10 || fails "interrupted as it prepares it took its time"
mv replay-demo fuzz/replay-demo

# ------------------------------------------------------------ what is kept

# A finding that still happens is told of again; one that is mended is not.
campaign FUZZ_ENGINE=fast FUZZ_WALL=2 >log 2>&1
test $? = 1 || fails "earlier findings are forgotten"
grep -q "found by an earlier campaign, and still there" log || fails "earlier findings are not shown"
sed -i 's/BUG/MENDED/' fuzz/replay-demo
campaign FUZZ_ENGINE=fast FUZZ_WALL=2 >log 2>&1 || fails "findings that are mended are still counted"
grep -q "no longer happens" log || fails "says nothing of findings that are mended"
test "$(missing_findings)" = 0 || fails "findings that were mended are lost"

# The small corpus takes the place of the large one; killed between, it is the large one.
env srcdir=. MAKE=true AFL_FUZZ="$tree/afl-fuzz" FUZZ_INSTALLED="fast" FUZZ_TARGETS=demo \
	sh fuzz/campaign/corpus-min.sh >log 2>&1 || fails "corpus-min fails"
ls fuzz/results/corpus/demo | grep -qv '0$' && fails "corpus-min keeps what is not needed"
mv fuzz/results/corpus/demo fuzz/results/corpus/demo.old
kept=$(ls fuzz/results/corpus/demo.old | wc -l)
campaign FUZZ_ENGINE=fast FUZZ_WALL=2 >log 2>&1
grep -q "demo starts from" log || fails "does not say what it starts from"
test "$(ls fuzz/results/corpus/demo | wc -l)" -ge "$kept" || fails "killed in corpus-min, the corpus is lost"

# Discarding is asked for, and findings stay.
campaign FUZZ_ENGINE=fast FUZZ_WALL=2 FUZZ_FRESH=1 >log 2>&1
grep -q "the corpus of demo is thrown away" log || fails "does not say what it throws away"
test "$(missing_findings)" = 0 || fails "findings are lost with the corpus"

# Two campaigns do not share results.
flock fuzz/results/lock env sh -c 'sleep 3' &
sleep 0.5
campaign FUZZ_ENGINE=fast >log 2>&1
test $? = 2 || fails "two campaigns run in one directory"
wait

for bad in FUZZ_TIME=soon FUZZ_WALL=0 FUZZ_ENGINE=honggfuzz FUZZ_TARGET=none FUZZ_JOBS=many FUZZ_FRESH=yes; do
	campaign $bad >log 2>&1
	test $? = 2 || fails "$bad is not refused"
done
echo "nothing was lost"
