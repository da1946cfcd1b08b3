#include "client/service.h"

#include <pwd.h>
#include <stddef.h>
#include <unistd.h>

#define SERVICE_USER "erfa"

bool
service_give(const char *path)
{
	struct passwd entry, *user = NULL;
	char buf[4096];

	if (geteuid() != 0 ||
	    getpwnam_r(SERVICE_USER, &entry, buf, sizeof(buf), &user) != 0 ||
	    user == NULL)
		return true;
	return lchown(path, user->pw_uid, user->pw_gid) == 0;
}
