// SPDX-License-Identifier: MIT
//
// gbench.h in terms of google-benchmark; the only C++ of the project. Nothing here
// runs inside of a timed loop but what gbench.h says so of.

#include "gbench.h"

#include <benchmark/benchmark.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

using benchmark::State;

struct gbench {
	benchmark::internal::Benchmark *benchmark;
	std::vector<std::string> names;
	std::vector<std::vector<int64_t>> values;
	// Of each instance, the iterations of its last run.
	std::map<std::vector<int64_t>, int64_t> last_run;
};

struct gbench_state {
	State &state;
};

namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::unique_ptr<gbench>> registered;
std::atomic<bool> failed;

// --------------------------------------------------------------- progress

// With interleaved repetitions google-benchmark reports nothing until near the end.
class Progress {
	size_t total_ = 0, done_ = 0;
	bool tty_ = false;
	Clock::time_point start_, last_;

	void print(Clock::time_point now)
	{
		auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - start_);
		int percent = total_ ? static_cast<int>(100 * done_ / total_) : 100;

		fprintf(stderr, "%sbench: %3d %%  %zu of %zu runs, %d s%s", tty_ ? "\r" : "",
			percent, done_, total_, static_cast<int>(seconds.count()),
			tty_ ? "  " : "\n");
		fflush(stderr);
		last_ = now;
	}

public:
	void begin(size_t total)
	{
		total_ = total;
		tty_ = isatty(STDERR_FILENO);
		start_ = Clock::now();
		print(start_);
	}

	void run_begins(gbench &b, const State &state)
	{
		std::vector<int64_t> instance{ state.threads() };

		for (size_t i = 0; i < b.names.size(); i++)
			instance.push_back(state.range(i));
		// Runs that look for the number of iterations double it at least; the
		// repetitions after them keep it.
		int64_t &last = b.last_run[instance];
		if (last == 0 || last == state.max_iterations)
			done_ = std::min(done_ + 1, total_);
		last = state.max_iterations;

		auto now = Clock::now();
		if (total_ && now - last_ >= (tty_ ? std::chrono::milliseconds(200) :
						     std::chrono::milliseconds(10000)))
			print(now);
	}

	void end()
	{
		done_ = total_;
		print(Clock::now());
		if (tty_)
			fputc('\n', stderr);
		total_ = 0;
	}
};

Progress progress;

// ----------------------------------------------------------------- output

std::string human(double ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	unsigned unit = 0;
	char text[32];

	for (; ns >= 1e4 && unit < 3; unit++)
		ns /= 1e3;
	snprintf(text, sizeof(text), ns < 100 ? "%.2f %s" : "%.0f %s", ns, units[unit]);
	return text;
}

class Lines : public benchmark::BenchmarkReporter {
	size_t width_ = 0;

	static bool wall_clock(const Run &run)
	{
		return !run.run_name.time_type.empty();
	}

public:
	bool ReportContext(const Context &context) override
	{
		width_ = std::max(context.name_field_width, size_t(80));
		printf("%-*s %12s %12s %5s\n", static_cast<int>(width_), "# name", "best", "median",
		       "runs");
		return true;
	}

	void ReportRuns(const std::vector<Run> &runs) override
	{
		std::vector<double> times;

		for (const Run &run : runs) {
			if (run.error_occurred) {
				// One of several threads or repetitions is enough.
				fprintf(stderr, "\nbench: FAILED %s: %s\n",
					run.benchmark_name().c_str(), run.error_message.c_str());
				return;
			}
			if (run.run_type == Run::RT_Iteration)
				times.push_back(wall_clock(run) ? run.GetAdjustedRealTime() :
								  run.GetAdjustedCPUTime());
		}
		if (times.empty())
			return;
		std::sort(times.begin(), times.end());
		printf("%-*s %12s %12s %5zu\n", static_cast<int>(width_),
		       runs[0].run_name.str().c_str(), human(times[0]).c_str(),
		       human(times[times.size() / 2]).c_str(), times.size());
		fflush(stdout);
	}
};

// Counts without saying anything.
class Silence : public benchmark::BenchmarkReporter {
public:
	bool ReportContext(const Context &) override
	{
		return false;
	}

	void ReportRuns(const std::vector<Run> &) override
	{
	}
};

// What the filter leaves. google-benchmark tells it only while listing.
size_t count_instances()
{
	// google-benchmark keeps the pointer to its name.
	static char program[] = "bench";
	char on[] = "--benchmark_list_tests=true",
	     off[] = "--benchmark_list_tests=false";
	std::ostream nowhere(nullptr);
	Silence silence;
	int two = 2;

	silence.SetOutputStream(&nowhere);
	silence.SetErrorStream(&nowhere);
	char *list[] = { program, on, nullptr };
	benchmark::Initialize(&two, list);
	size_t count = benchmark::RunSpecifiedBenchmarks(&silence);
	two = 2;
	char *run[] = { program, off, nullptr };
	benchmark::Initialize(&two, run);
	return count;
}

// The value of an option in argv, which Initialize() is about to take out of it.
const char *option(int argc, char **argv, const char *name)
{
	const char *value = nullptr;
	size_t length = strlen(name);

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], name, length) == 0)
			value = argv[i] + length;
	return value;
}

} // namespace

// ------------------------------------------------------------- registering

gbench *gbench_register(const char *name, gbench_fn fn, const void *context)
{
	auto owner = std::make_unique<gbench>();
	gbench *b = owner.get();

	b->benchmark = benchmark::RegisterBenchmark(name, [b, fn, context](State &state) {
		gbench_state handle{ state };

		if (state.thread_index() == 0)
			progress.run_begins(*b, state);
		fn(&handle, context);
	});
	registered.push_back(std::move(owner));
	return b;
}

void gbench_axis(gbench *bench, const char *name, const int64_t *values, size_t count)
{
	bench->names.emplace_back(name);
	bench->values.emplace_back(values, values + count);
}

void gbench_threads(gbench *bench, int threads)
{
	bench->benchmark->Threads(threads);
}

void gbench_use_real_time(gbench *bench)
{
	bench->benchmark->UseRealTime();
}

void gbench_use_own_time(gbench *bench)
{
	bench->benchmark->UseManualTime();
}

void gbench_min_time(gbench *bench, double seconds)
{
	bench->benchmark->MinTime(seconds);
}

void gbench_context(const char *key, const char *value)
{
	benchmark::AddCustomContext(key, value);
}

int gbench_run(int argc, char **argv)
{
	const char *format = option(argc, argv, "--benchmark_format=");
	const char *repetitions = option(argc, argv, "--benchmark_repetitions=");
	const char *list = option(argc, argv, "--benchmark_list_tests");
	Lines lines;

	for (auto &b : registered)
		if (!b->names.empty())
			b->benchmark->ArgNames(b->names)->ArgsProduct(b->values);

	benchmark::Initialize(&argc, argv);
	if (benchmark::ReportUnrecognizedArguments(argc, argv))
		return 1;
	if (list && strcmp(list, "=false") != 0) {
		benchmark::RunSpecifiedBenchmarks();
		return 0;
	}

	size_t count = count_instances();
	if (count == 0) {
		fprintf(stderr,
			"bench: no benchmark matches %s (--benchmark_list_tests lists them)\n",
			benchmark::GetBenchmarkFilter().c_str());
		return 1;
	}
	progress.begin(count * std::max(repetitions ? atoi(repetitions) : 1, 1));
	if (format)
		benchmark::RunSpecifiedBenchmarks();
	else
		benchmark::RunSpecifiedBenchmarks(&lines);
	progress.end();
	benchmark::Shutdown();
	return failed;
}

// ----------------------------------------------------------------- running

int64_t gbench_start(gbench_state *state)
{
	State &s = state->state;

	return s.KeepRunningBatch(s.max_iterations) ? s.max_iterations : 0;
}

bool gbench_stop(gbench_state *state)
{
	State &s = state->state;

	if (!s.error_occurred())
		s.KeepRunningBatch(s.max_iterations);
	return false;
}

bool gbench_batch(gbench_state *state, int64_t count)
{
	return state->state.KeepRunningBatch(count);
}

void gbench_pause(gbench_state *state)
{
	state->state.PauseTiming();
}

void gbench_resume(gbench_state *state)
{
	state->state.ResumeTiming();
}

int64_t gbench_range(const gbench_state *state, size_t axis)
{
	return state->state.range(axis);
}

int gbench_thread(const gbench_state *state)
{
	return state->state.thread_index();
}

int gbench_nr_threads(const gbench_state *state)
{
	return state->state.threads();
}

int64_t gbench_iterations(const gbench_state *state)
{
	return state->state.iterations();
}

void gbench_skip(gbench_state *state, const char *format, ...)
{
	char message[256];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	failed = true;
	state->state.SkipWithError(message);
}

bool gbench_skipped(const gbench_state *state)
{
	return state->state.error_occurred();
}

void gbench_set_time(gbench_state *state, double seconds)
{
	// The threads' times are added up and divided by their number.
	state->state.SetIterationTime(seconds * state->state.threads());
}

void gbench_set_bytes(gbench_state *state, int64_t each)
{
	state->state.SetBytesProcessed(state->state.iterations() * each);
}

void gbench_set_items(gbench_state *state, int64_t each)
{
	state->state.SetItemsProcessed(state->state.iterations() * each);
}

void gbench_counter(gbench_state *state, const char *name, double value, gbench_counter_kind kind)
{
	using benchmark::Counter;
	Counter::Flags flags = kind == GBENCH_PER_SECOND    ? Counter::kIsRate :
			       kind == GBENCH_PER_ITERATION ? Counter::kAvgIterations :
							      Counter::kDefaults;

	state->state.counters[name] = Counter(value, flags);
}

void gbench_label(gbench_state *state, const char *label)
{
	state->state.SetLabel(label);
}
