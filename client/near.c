#include "client/near.h"

#include <string.h>

#define SIDE (NEAR_WORD_MAX + 1)

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
near_distance(const char *a, const char *b)
{
	size_t cost[SIDE][SIDE]; /* of the first i of a and the first j of b */
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);
	size_t i, j;

	if (a_len > NEAR_WORD_MAX || b_len > NEAR_WORD_MAX)
		return NEAR_WORD_MAX + 1;
	for (i = 0; i <= a_len; i++)
		cost[i][0] = i;
	for (j = 0; j <= b_len; j++)
		cost[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		for (j = 1; j <= b_len; j++) {
			cost[i][j] = least(cost[i - 1][j], cost[i][j - 1]) + 1;
			cost[i][j] = least(cost[i][j],
			    cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				cost[i][j] = least(
				    cost[i][j], cost[i - 2][j - 2] + 1);
		}
	}
	return cost[a_len][b_len];
}

size_t
near_limit(const char *word)
{
	return strlen(word) < 6 ? 1 + strlen(word) / 4 : 2;
}
