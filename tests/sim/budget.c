#include "tests/sim/budget.h"

#include "daemon/quota.h"

/* The linker's replacement has no argument to find it by. */
static uint64_t budget;

enum err __real_quota_new(uint64_t entries, struct quota **ret_quota);
enum err __wrap_quota_new(uint64_t entries, struct quota **ret_quota);

void
budget_set(uint64_t entries)
{
	budget = entries;
}

enum err
__wrap_quota_new(uint64_t entries, struct quota **ret_quota)
{
	return __real_quota_new(entries == 0 ? budget : entries, ret_quota);
}
