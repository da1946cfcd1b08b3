/*
 * Whole nodes in one process, over a network, clocks and disks that do what a
 * seed says, checked against a model.
 *
 *     sim [--count N] [--from SEED] [--jobs N] [--seeds FILE] [--first]
 *         [--progress]
 *     sim --seed SEED [--trace]
 *
 * What fails is told with its seed and all that happened.  FILE names seeds that
 * failed once, one a line, and why; they run first.  Ends with 1 if any failed,
 * with --first after the first one.  With --progress it says on stderr how far it
 * is.  After SIGINT or SIGTERM it tells where to go on.
 */
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/crypto.h"
#include "tests/sim/model.h"
#include "tests/sim/plan.h"

/* As in model.h. */
static const char *const invariants[] = {
	"committed: nothing is told that is not on the teller's disk",
	"forgotten: who was put back serves nothing before it has caught up",
	"rests, equal: all come to rest and hold the same",
	"chain: what is held folds to its chain values",
	"fork: only what lost its memory is forked",
	"proof: who has frozen a log holds the proof",
	"lost: nothing acknowledged is lost that anybody still had",
	"erased: nobody holds a body whose erasure was answered, nor its key",
	"hidden: nothing counts that a member wrote after its removal",
	"damage: no body is found damaged",
	"backup: a backup has what the node had, and nothing that was erased",
	"keys: who has another key is who it was, and what it signed counts",
	"cuts: what a withdrawn key signed counts as far as its cut says",
	"witness: what a witness saw it has, as all have it",
	"sealed: who was in the group then reads it, and nobody else",
	"signs, opens: no node waits for a person",
};

#define INVARIANTS (sizeof(invariants) / sizeof(invariants[0]))

#define JOBS_MAX  64
#define SEEDS_MAX 1000
#define OPEN_MAX  16
#define FAILURES  5 /* after so many a worker stops */

#define PROGRESS_MS 10000 /* so often it says how far it is */

/* What the workers and who waits for them share. */
struct shared {
	volatile int stop;               /* no further schedule */
	volatile uint64_t run[JOBS_MAX]; /* schedules of the range, by each */
};

struct options {
	uint64_t from;
	uint64_t count;
	unsigned jobs;
	bool one;   /* the seed ${from} alone */
	bool first; /* all stop at the first failure */
	bool progress;
	struct shared *shared;
	bool trace;
	const char *seeds;
	uint64_t kept[SEEDS_MAX];
	size_t nkept;
	uint64_t open[OPEN_MAX]; /* fail, and are not mended yet */
	size_t nopen;
};

/* What a worker tells at its end. */
struct total {
	uint64_t schedules;
	uint64_t failed;
	struct plan_counts counts;
};

/* Set by a signal, as there is no other way. */
static volatile sig_atomic_t interrupted;

static void
interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* Real time, which the nodes do not see. */
static double
seconds(void)
{
	struct timespec now;

	if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
add_counts(struct plan_counts *sum, const struct plan_counts *one)
{
	size_t i;

	sum->steps += one->steps;
	sum->pubs += one->pubs;
	for (i = 0; i < HARMS; i++)
		sum->harms[i] += one->harms[i];
	sum->erasures += one->erasures;
	sum->removals += one->removals;
	sum->complaints += one->complaints;
	if (one->healed_ms > sum->healed_ms)
		sum->healed_ms = one->healed_ms;
}

/* Run one schedule; false if it failed. */
static bool
run_one(const char *root, uint64_t seed, bool trace, struct total *total)
{
	static struct world world;
	struct plan_counts counts;
	bool good;

	world_begin(&world, root, seed);
	plan_run(&world, &counts);
	good = world.failure[0] == '\0';
	if (!good) {
		if (!trace)
			machine_tell();
		printf("not ok seed %llu: %s: %s\n", (unsigned long long)seed,
		    world.invariant, world.failure);
		(void)fflush(stdout);
	}
	world_end(&world);
	total->schedules++;
	total->failed += !good;
	add_counts(&total->counts, &counts);
	return good;
}

/* A directory in memory, if there is room for one. */
static void
make_root(char root[100])
{
	const char *base = getenv("TMPDIR");

	(void)snprintf(root, 100, "/dev/shm/erfa-sim.XXXXXX");
	if (mkdtemp(root) != NULL)
		return;
	(void)snprintf(
	    root, 100, "%.60s/erfa-sim.XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(root) == NULL) {
		perror(root);
		exit(2);
	}
}

/* Has a worker reason to go on? */
static bool
goes_on(const struct options *options, const struct total *total)
{
	if (options->first && total->failed > 0)
		options->shared->stop = 1;
	return total->failed < FAILURES && options->shared->stop == 0;
}

/* Is this seed known to fail?  It is said, and not run. */
static bool
is_open(const struct options *options, uint64_t seed)
{
	size_t i;

	for (i = 0; i < options->nopen; i++)
		if (options->open[i] == seed) {
			printf("skip seed %llu: known, not mended yet\n",
			    (unsigned long long)seed);
			(void)fflush(stdout);
			return true;
		}
	return false;
}

/* Every ${jobs}-th schedule. */
static void
work(const struct options *options, unsigned job, int out)
{
	struct total total = { 0 };
	char root[100];
	uint64_t i;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	make_root(root);
	for (i = job; i < options->nkept && goes_on(options, &total);
	     i += options->jobs)
		(void)run_one(root, options->kept[i], false, &total);
	for (i = job; i < options->count && goes_on(options, &total);
	     i += options->jobs) {
		if (!is_open(options, options->from + i))
			(void)run_one(root, options->from + i, false, &total);
		options->shared->run[job]++;
	}
	(void)rmdir(root);
	if (write(out, &total, sizeof(total)) != sizeof(total))
		exit(2);
	exit(0);
}

static bool
read_options(int argc, char **argv, struct options *options)
{
	int i;

	options->from = 1;
	options->count = 200;
	options->jobs = 2;
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--trace") == 0) {
			options->trace = true;
			continue;
		}
		if (strcmp(argv[i], "--first") == 0) {
			options->first = true;
			continue;
		}
		if (strcmp(argv[i], "--progress") == 0) {
			options->progress = true;
			continue;
		}
		if (i + 1 == argc)
			return false;
		if (strcmp(argv[i], "--seed") == 0 ||
		    strcmp(argv[i], "--from") == 0) {
			options->one |= strcmp(argv[i], "--seed") == 0;
			options->from = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--count") == 0) {
			options->count = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--jobs") == 0) {
			options->jobs = (unsigned)strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--seeds") == 0) {
			options->seeds = argv[++i];
		} else {
			return false;
		}
	}
	return options->jobs > 0 && options->jobs <= JOBS_MAX;
}

/* "SEED  why it is kept", or "open SEED  what fails" */
static void
read_seeds(struct options *options)
{
	FILE *file = options->seeds == NULL ? NULL :
					      fopen(options->seeds, "re");
	char line[500];

	while (file != NULL && options->nkept < SEEDS_MAX &&
	    options->nopen < OPEN_MAX &&
	    fgets(line, sizeof(line), file) != NULL)
		if (line[0] >= '0' && line[0] <= '9')
			options->kept[options->nkept++] = strtoull(
			    line, NULL, 10);
		else if (strncmp(line, "open ", 5) == 0)
			options->open[options->nopen++] = strtoull(
			    line + 5, NULL, 10);
	if (file != NULL)
		(void)fclose(file);
}

/* The first seed of the range that was not run yet, if all before it were. */
static uint64_t
next_seed(const struct options *options)
{
	uint64_t least = options->count;
	uint64_t next;
	unsigned i;

	for (i = 0; i < options->jobs; i++) {
		next = i + options->shared->run[i] * options->jobs;
		least = next < least ? next : least;
	}
	return options->from + least;
}

/* Say how far it is, how fast, and how long it will take. */
static void
say_progress(const struct options *options, double begun)
{
	double spent = seconds() - begun;
	uint64_t run = 0;
	double rate;
	unsigned i;

	for (i = 0; i < options->jobs; i++)
		run += options->shared->run[i];
	rate = (double)run / (spent > 0 ? spent : 1);
	(void)fprintf(stderr,
	    "%llu of %llu schedules, up to seed %llu; %.1f a second, %.0f "
	    "minutes to go\n",
	    (unsigned long long)run, (unsigned long long)options->count,
	    (unsigned long long)next_seed(options) - 1, rate,
	    rate > 0 ? (double)(options->count - run) / rate / 60 : 0.0);
}

/* Wait for what one worker tells; false if it ends without a word. */
static bool
hear(const struct options *options, int from, double begun,
    struct total *ret_total)
{
	struct pollfd item = { .fd = from, .events = POLLIN };

	while (poll(&item, 1, PROGRESS_MS) <= 0) {
		if (interrupted != 0)
			options->shared->stop = 1;
		if (options->progress)
			say_progress(options, begun);
	}
	return read(from, ret_total, sizeof(*ret_total)) ==
	    (ssize_t)sizeof(*ret_total);
}

/* What happened in all schedules together. */
static void
say_sum(const struct options *options, const struct total *sum, double spent)
{
	uint64_t next = next_seed(options);
	size_t i;

	printf("%llu schedules in %.1f s (%.1f a second), of seeds %llu to "
	       "%llu: %u steps, %u published, %u erasures, %u removals; healed "
	       "within %lld s\n",
	    (unsigned long long)sum->schedules, spent,
	    (double)sum->schedules / spent, (unsigned long long)options->from,
	    (unsigned long long)next - 1, sum->counts.steps, sum->counts.pubs,
	    sum->counts.erasures, sum->counts.removals,
	    (long long)(sum->counts.healed_ms / 1000));
	for (i = 0; i < HARMS; i++)
		printf("%s%u %s", i == 0 ? "harm: " : ", ",
		    sum->counts.harms[i], plan_harm((enum harm)i));
	printf("; %llu failed\n", (unsigned long long)sum->failed);
	if (next < options->from + options->count)
		printf("stopped: go on with FROM=%llu COUNT=%llu\n",
		    (unsigned long long)next,
		    (unsigned long long)(options->from + options->count -
			next));
}

static int
run_all(const struct options *options)
{
	struct total sum = { 0 };
	struct total total;
	double begun = seconds();
	int pipes[JOBS_MAX][2];
	unsigned lost = 0;
	unsigned i;
	int status;

	(void)fflush(stdout);
	for (i = 0; i < options->jobs; i++) {
		if (pipe(pipes[i]) != 0)
			return 2;
		if (fork() == 0)
			work(options, i, pipes[i][1]);
		(void)close(pipes[i][1]);
	}
	(void)signal(SIGINT, interrupt);
	(void)signal(SIGTERM, interrupt);
	for (i = 0; i < options->jobs; i++) {
		if (!hear(options, pipes[i][0], begun, &total)) {
			lost++;
			continue;
		}
		sum.schedules += total.schedules;
		sum.failed += total.failed;
		add_counts(&sum.counts, &total.counts);
	}
	while (wait(&status) > 0)
		lost += WIFSIGNALED(status) ? 1 : 0;
	if (lost > 0)
		printf("not ok a worker ended before its time\n");
	for (i = 0; i < INVARIANTS && sum.failed == 0 && lost == 0; i++)
		printf("ok %s\n", invariants[i]);
	say_sum(options, &sum, seconds() - begun);
	return sum.failed > 0 || lost > 0;
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	struct total total = { 0 };
	char root[100];
	bool good;

	if (!read_options(argc, argv, &options)) {
		(void)fprintf(stderr,
		    "usage: sim [--count N] [--from SEED] [--jobs N] "
		    "[--seeds FILE] [--progress] | --seed SEED [--trace]\n");
		return 64;
	}
	if (crypto_init() != ERR_NONE)
		return 2;

	/*
	 * LMDB asks for much empty memory with every store that is opened: it
	 * comes from the system, which has it empty.  All else stays here.
	 */
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 256 << 20);
	(void)mallopt(M_TOP_PAD, 1 << 20);
	if (options.one) {
		make_root(root);
		machine_set_trace(options.trace);
		good = run_one(root, options.from, options.trace, &total);
		(void)rmdir(root);
		return good ? 0 : 1;
	}
	options.shared = mmap(NULL, sizeof(*options.shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (options.shared == MAP_FAILED)
		return 2;
	read_seeds(&options);
	return run_all(&options);
}
