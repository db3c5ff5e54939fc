#!/bin/sh
# SPDX-License-Identifier: MIT
#
# dmalab run --format=json and sarif: both are valid, by their schemas where python3 has
# jsonschema, else by jq; and say all that the text says, failures and errors included.

srcdir=${srcdir:-.}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
	echo "FAIL: $*"
	failed=1
}

dmalab()
{
	$TEST_RUNNER ./dmalab "$@"
}

if python3 -W ignore -c 'import jsonschema' 2> /dev/null; then
	by=jsonschema
elif jq --version > /dev/null 2>&1; then
	by=jq
else
	echo 'neither python3 with jsonschema nor jq (Debian: python3-jsonschema): skipped'
	exit 77
fi

# is_valid FORMAT FILE
is_valid()
{
	case $by:$1 in
	jsonschema:json)
		python3 -W ignore "$srcdir/tests/validate.py" "$srcdir/docs/report-schema.json" "$2" ;;
	jsonschema:sarif)
		python3 -W ignore "$srcdir/tests/validate.py" "$srcdir/tests/sarif-schema.json" "$2" ;;
	jq:json)
		jq -e 'type == "array" and all(.[]; (.file | type) == "string" and (.line | type) == "number"
			and ((has("failure") and has("detail")) or (.line > 0 and has("severity"))))' \
			"$2" > /dev/null ;;
	jq:sarif)
		jq -e '.version == "2.1.0" and (.runs | length) == 1 and (.runs[0] |
			([.tool.driver.rules[].id]) as $rules | all(.results[]; (.ruleId | IN($rules[]))
			and (.message.text | type) == "string" and (.locations | length) == 1))' \
			"$2" > /dev/null ;;
	esac
}

# run STATUS ARGUMENT...: into $work/json, $work/sarif and $work/text, the first two valid;
# what people are told, into $work/NAME-err.
run()
{
	wanted=$1
	shift
	for format in json sarif text; do
		dmalab run --format=$format "$@" > "$work/$format" 2> "$work/$format-err"
		status=$?
		test $status -eq "$wanted" || fail "$what: $format: status $status"
		test $format = text || is_valid $format "$work/$format" ||
			fail "$what: $format is not valid"
	done
}

# has NUMBER PATTERN: so many lines of the JSON have it (an object is a line)
has()
{
	n=$(grep -c -e "$2" "$work/json")
	test "$n" -eq "$1" || fail "$what: $n times, not $1: $2"
}

# sarif_has NUMBER PATTERN
sarif_has()
{
	n=$(grep -c -e "$2" "$work/sarif")
	test "$n" -eq "$1" || fail "$what: SARIF: $n times, not $1: $2"
}

# failures UNEXPECTED MISSING VALUE ERROR, in both formats
failures()
{
	has "$1" '"failure": "unexpected-report"'
	has "$2" '"failure": "expected-report-missing"'
	has "$3" '"failure": "wrong-value"'
	has "$4" '"failure": "trace-error"'
	sarif_has "$1" '"ruleId": "unexpected-report"'
	sarif_has "$2" '"ruleId": "expected-report-missing"'
	sarif_has "$3" '"ruleId": "wrong-value"'
	sarif_has "$4" '"ruleId": "trace-error"'
}

# What judges is no rubber stamp.
for wrong in '[{"file": "x", "line": 1}]' '{"version": "2.1.0", "runs": []}' '[' '[{"file": "x", "line": "1",
	"column": null, "failure": "trace-error", "check": null, "of": null, "profile": null, "detail": "x", "hint": null}]'; do
	echo "$wrong" > "$work/wrong"
	is_valid json "$work/wrong" > /dev/null 2>&1 && fail "valid as JSON: $wrong"
	is_valid sarif "$work/wrong" > /dev/null 2>&1 && fail "valid as SARIF: $wrong"
done

what='each check on each machine'
profile=all
test -z "${TEST_RUNNER-}" || profile=riscv
run 0 --profile=$profile "$srcdir/corpora/checks"
failures 0 0 0 0
reports=$(sed -n 's/.* \([0-9]*\) reports: .*/\1/p' "$work/json-err")
has "$reports" '"expected": true, "check"'
sarif_has "$reports" '"ruleId"'
sarif_has "$reports" '"expected": true}}'
for check in $(dmalab checks | sed 's/ .*//'); do
	grep -q "\"check\": \"$check\"" "$work/json" || fail "$what: no $check"
done
grep -q '"level": "note"' "$work/sarif" || fail "$what: no lint"
grep -q '"level": "warning"' "$work/sarif" || fail "$what: no warning"

what='no reports at all'
printf 'nic = device()\n' > "$work/quiet.dma"
run 0 "$work/quiet.dma"
failures 0 0 0 0
test "$(tr -d ' \n' < "$work/json")" = '[]' || fail "$what: something"

what='an empty file'
: > "$work/empty.dma"
run 0 "$work/empty.dma"
failures 0 0 0 0

what='a report that nobody expects, one that does not come, and another value'
cat > "$work/failures.dma" <<'END'
nic = device("nic")
b = kmalloc(64, GFP_KERNEL)
cpu_write(b.cpu, 8, 3)
cpu_read(b.cpu, 8, 4)
kfree(b.cpu)  # expect: leak; expect[x86]: free-unknown
kfree(b.cpu)
c = dma_alloc_coherent(nic, 4096, GFP_KERNEL)
END
run 1 "$work/failures.dma"
failures 2 1 1 0
has 1 '"line": 4, .*"wrong-value", "check": null, "of": null, "profile": "arm64", "detail": "byte 0 is 0x03, and 0x04 is expected"'
has 1 '"line": 5, .*"expected-report-missing", "check": null, "of": "leak", "profile": "arm64", "detail": "leak is expected here, and was not reported"'
has 1 '"line": 6, .*"unexpected-report", "check": null, "of": "free-unknown"'
has 1 '"line": 7, .*"unexpected-report", "check": null, "of": "leak", .*at the end of the trace'
has 2 '"expected": false, "check"'
sarif_has 1 '"wrong-value", "level": "error".*startLine": 4}'
grep -q ":4: error: wrong-value: byte 0 is 0x03, and 0x04 is expected, on arm64$" "$work/text" ||
	fail "$what: the text has no wrong value"
grep -q ":5: error: expected-report-missing: leak is expected here, and was not reported, on arm64$" \
	"$work/text" || fail "$what: the text does not miss a report"
grep -q 'expected-report-missing' "$work/json-err" || fail "$what: people are not told"
run 1 --profile=x86 "$work/failures.dma"
failures 2 2 1 0
run 1 --profile=all "$work/failures.dma"
failures 18 10 9 0

what='failures alone'
run 1 --quiet "$work/failures.dma"
failures 2 1 1 0
has 0 '"severity"'
sarif_has 4 '"ruleId"'
test "$(wc -l < "$work/text")" -eq 2 || fail "$what: text is not quiet"

what='the lines of reports, for programs made of traces'
dmalab run --format=lines "$work/failures.dma" > "$work/lines" 2> "$work/lines-err"
printf '6: free-unknown\n0: leak\n' | diff - "$work/lines" || fail "$what"

what='a trace that is none'
printf 'nic = device("\303\274\377", )\nkfre(3)\nnic = device()\nnic.x\n' > "$work/broken.dma"
run 2 "$work/broken.dma"
failures 0 0 0 3
has 1 '"line": 1, "column": 20, .*"too many arguments"'
# A character has one column, however many bytes it has.
sarif_has 1 '"startLine": 1, "startColumn": 19}'
has 1 '"line": 2, "column": 1, .*no call \\"kfre\\"", "hint": "did you mean \\"kfree\\"?"'
sarif_has 1 'no call \\"kfre\\"; did you mean \\"kfree\\"?"}'
grep -q ':2:1: error: no call "kfre"$' "$work/json-err" || fail "$what: people are not told"
grep -q '^    1 | nic = device("ü?", )$' "$work/json-err" || fail "$what: not as UTF-8"
grep -q '^      |                   ^$' "$work/json-err" || fail "$what: the caret is elsewhere"

what='several files, of which some are none'
head -c 16777217 /dev/zero | tr '\0' '#' > "$work/long.dma"
mkdir "$work/bare"
run 2 "$work/quiet.dma" "$work/failures.dma" "$work/broken.dma" "$work/long.dma" "$work/not-there.dma" \
	"$work/bare"
failures 2 1 1 6
has 1 '/long.dma", "line": 0, "column": null, .*"more than 16 MiB of text"'
has 1 '/not-there.dma", "line": 0, .*"No such file or directory"'
has 1 '/bare", "line": 0, .*"no file below it ends in .dma"'
sarif_has 3 '\.dma"}}}\]\|/bare"}}}\]'

what='a directory'
cp "$work/quiet.dma" "$work/failures.dma" "$work/bare"
run 1 "$work/bare"
failures 2 1 1 0
(cd "$work/bare" && "$OLDPWD/dmalab" run --format=sarif . > ../sarif 2> /dev/null)
is_valid sarif "$work/sarif" || fail "$what: SARIF is not valid"
sarif_has 1 '"wrong-value".*"uri": "./failures.dma"'

what='runs that stop, and settings that are none'
printf 'nic = device()\nm = device()\nl = spinlock()\nspin_lock(l)\nspin_lock(l)\n' > "$work/stops.dma"
run 1 "$work/stops.dma"
failures 0 0 0 1
has 1 '"line": 5, .*"profile": "arm64", "detail": "the lock is taken already'
# setting LINE PATTERN: the text on standard input has a mistake in this line
setting()
{
	cat > "$work/setting.dma"
	run 1 "$work/setting.dma"
	failures 0 0 0 1
	has 1 "\"line\": $1, .*$2"
}
printf '\nchecks("full,+lek")\n' | setting 2 'no check \\"lek\\"; did you mean \\"leak\\"?'
printf 'checks("ful")\n' | setting 1 'did you mean \\"full\\"? valid: off contract full'
printf 'accesses("plian")\n' | setting 1 'did you mean \\"plain\\"? valid: plain explicit'
printf 'profiles("x86, arm46")\n' | setting 1 'no profile \\"arm46\\"; did you mean \\"arm64\\"? valid: x86'
printf 'ram(1)\n' | setting 1 'ram(1) is not valid; valid: 65536 to'
printf 'profiles("x86")\nchecks("x")\n' | setting 2 'no level of checks \\"x\\"; valid: off'

what='a store through a plain pointer'
cat > "$work/plain.dma" <<'END'
accesses("plain")
nic = device("nic")
b = kzalloc(64, GFP_KERNEL)
m = dma_map_single(nic, b.cpu, 64, DMA_TO_DEVICE)
dma_mapping_error(nic, m.dma)
cpu_store(b.cpu, 8)
dma_unmap_single(nic, m.dma, 64, DMA_TO_DEVICE)  # expect: cpu-write-device-owned
kfree(b.cpu)
END
run 0 "$work/plain.dma"
has 1 '"line": 7, .*"call": "a plain store", "found_by": "dma_unmap_single", "since": [456], '
sarif_has 1 ', device nic, found by dma_unmap_single'
grep -q ':[456]: note: a plain store, at this line or later, found by dma_unmap_single$' "$work/text" ||
	fail "$what: the text does not say what found it"

what='a program that goes on'
printf 'open_end()\nnic = device()\nc = dma_alloc_coherent(nic, 4096, GFP_KERNEL)\n' > "$work/open.dma"
run 0 "$work/open.dma"
failures 0 0 0 0
has 0 '"check"'

what='the binary form, and what cannot be read'
dmalab encode -o "$work/binary.dma" "$work/stops.dma" || fail "$what"
run 1 "$work/binary.dma"
failures 0 0 0 1
if test -r /proc/self/mem; then
	run 2 /proc/self/mem
	failures 0 0 0 1
	sarif_has 1 '"uri": "file:///proc/self/mem"}}}\]'
fi

what='values go where people look'
run 1 --values "$work/failures.dma"
failures 2 1 1 0
grep -q 'failures.dma:3: cpu writes 03 03' "$work/json-err" || fail "$what"

what='a terminal'
if script -qec true /dev/null < /dev/null > /dev/null 2>&1; then
	script -qec "$TEST_RUNNER ./dmalab run $work/failures.dma" /dev/null < /dev/null |
		tr -d '\r' > "$work/out"
	esc=$(printf '\033')
	grep -q "^$esc\[1m.*:4: $esc\[31merror:$esc\[0m wrong-value: " "$work/out" || fail "$what: no colours"
	NO_COLOR=1 script -qec "$TEST_RUNNER ./dmalab run $work/failures.dma" /dev/null < /dev/null |
		grep -q "$esc" && fail "$what: colours nobody wants"
fi

what='names of every kind'
name='é "q" \\ \x01\x1b[2J\x7f\x80\xff 中😀'
printf 'n = device("%s")\n' "$(printf '%s' "$name" | sed 's/"q"/\\"q\\"/')" > "$work/names é \"q\".dma"
cat >> "$work/names é \"q\".dma" <<'END'
b = kzalloc(64, GFP_KERNEL)
m = dma_map_single(n, b.cpu, 64, DMA_TO_DEVICE)
cpu_write(b.cpu, 8)
device_read(n, DMA_MAPPING_ERROR, 4)
END
run 1 "$work/names é \"q\".dma"
has 1 '"check": "cpu-write-device-owned".*"device": "é \\"q\\" \\\\ \\u0001\\u001b\[2J\\u007f\\ufffd\\ufffd 中😀"'
has 1 '"missing": "dma_sync_single_for_cpu(é \\"q\\"'
sarif_has 1 'device é \\"q\\" \\\\ \\u0001\\u001b\[2J\\u007f\\ufffd\\ufffd 中😀: DMA address 0x'
sarif_has 6 '/names%20%C3%A9%20%22q%22.dma"}, "region"'
grep -q 'device é "q" \\ ??\[2J??? 中😀, bytes 0..7' "$work/text" || fail "$what: not as text"
for file in json sarif text json-err text-err; do
	tr -d '\n\t' < "$work/$file" | LC_ALL=C grep -q '[[:cntrl:]]' && fail "$what: control characters in $file"
done

what='UTF-8 that is none'
# Longer than need be, a surrogate, beyond the last, cut short, and a control character.
printf 'n = device("\300\257|\340\200\257|\355\240\200|\364\220\200\200|\370\210\200\200\200|\342\202|\302\233")\nkfree(n.x)\n' |
	sed 2d > "$work/raw.dma"
printf 'device_read(n, 64, 4)\n' >> "$work/raw.dma"
run 1 "$work/raw.dma"
u='\\ufffd'
has 1 "\"device\": \"$u$u|$u$u$u|$u$u$u|$u$u$u$u|$u$u$u$u$u|$u$u|\\\\u009b\""

what='standard input'
dmalab run --format=sarif - < "$work/failures.dma" > "$work/sarif" 2> /dev/null
is_valid sarif "$work/sarif" || fail "$what: SARIF is not valid"
sarif_has 1 '"wrong-value".*"uri": "%3Cstdin%3E"'

what='numbers'
cat > "$work/numbers.dma" <<'END'
mac = device("mac")
big = alloc_pages(GFP_KERNEL, 0)
m = dma_map_single(mac, big.cpu, 640, DMA_FROM_DEVICE)
dma_mapping_error(mac, m.dma)
dma_sync_single_for_cpu(mac, m.dma, 1280, DMA_FROM_DEVICE)  # expect: sync-out-of-range
dma_sync_single_for_cpu(mac, DMA_MAPPING_ERROR, 4, DMA_FROM_DEVICE)  # expect: sync-unknown
dma_unmap_single(mac, m.dma, 640, DMA_FROM_DEVICE)
free_pages(big.cpu, 0)
END
run 0 "$work/numbers.dma"
has 1 '"dma_address": "0x[0-9a-f]*", "size": 1280, "object": "mapping", "object_size": 640, "first": 640, "last": 1279, "bytes": 640, "detail": "1280 bytes were synced, of the 640'
has 1 '"sync-unknown".*"dma_address": "0xffffffffffffffff", "size": 4, .*is DMA_MAPPING_ERROR'

what='a word that is none'
dmalab run --format=jsn "$work/quiet.dma" > "$work/out" 2>&1
test $? -eq 2 || fail "$what is taken"
grep -q '^dmalab: no format "jsn"; did you mean "json"? valid: text json sarif lines$' "$work/out" ||
	fail "$what: $(cat "$work/out")"
DMALAB_OPTIONS=profil=x86 dmalab run --format=json "$work/quiet.dma" > "$work/out" 2> "$work/err"
test $? -eq 2 || fail "$what is taken from the environment"
test -s "$work/out" && fail "$what: half of an array"
grep -q 'did you mean "profile"?' "$work/err" || fail "$what: $(cat "$work/err")"

test $failed -eq 0 && echo "valid by $by"
exit $failed
