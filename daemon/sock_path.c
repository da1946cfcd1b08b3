#include "daemon/sock_internal.h"

#include <czmq.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Callers that wait to be accepted. */
#define CONTROL_BACKLOG 128

static enum err
unix_address(const char *path, struct sockaddr_un *ret_address)
{
	size_t len = strlen(path);

	if (len == 0 || path[0] == '@' || path[0] == '*')
		return ERR_SYNTAX;
	if (len >= sizeof(ret_address->sun_path))
		return ERR_SIZE;
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret_address->sun_path, path, len + 1);
	return ERR_NONE;
}

/* Remove what a daemon that was killed left; a living one is left alone. */
static enum err
clear_path(const char *path, const struct sockaddr_un *address)
{
	struct stat info;
	enum err err;
	int fd;

	if (lstat(path, &info) != 0)
		return errno == ENOENT ? ERR_NONE : sock_err(errno);
	if (!S_ISSOCK(info.st_mode))
		return ERR_EXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return sock_err(errno);
	if (connect(fd, (const void *)address, sizeof(*address)) == 0 ||
	    errno == EAGAIN)
		err = ERR_BUSY;
	else if (errno != ECONNREFUSED)
		err = sock_err(errno);
	else
		err = unlink(path) == 0 ? ERR_NONE : sock_err(errno);
	(void)close(fd);
	return err;
}

/* Make a listening socket at the path that only its owner can open yet. */
static enum err
path_listen(const struct sockaddr_un *address, int *ret_fd)
{
	enum err err;
	int fd;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return sock_err(errno);
	if (fchmod(fd, 0600) != 0 ||
	    bind(fd, (const void *)address, sizeof(*address)) != 0 ||
	    listen(fd, CONTROL_BACKLOG) != 0) {
		err = sock_err(errno);
		(void)close(fd);
		return err;
	}
	*ret_fd = fd;
	return ERR_NONE;
}

enum err
sock_bind_path(struct sock *sock, const char *path)
{
	char address[SOCK_ENDPOINT_SIZE];
	struct sockaddr_un unix_name;
	enum err err;
	int fd = -1;

	if ((err = unix_address(path, &unix_name)) != ERR_NONE ||
	    (err = clear_path(path, &unix_name)) != ERR_NONE ||
	    (err = path_listen(&unix_name, &fd)) != ERR_NONE)
		return err;
	(void)snprintf(sock->endpoint, sizeof(sock->endpoint), "%s", path);
	(void)snprintf(address, sizeof(address), "ipc://%s", path);
	sock_set_int(sock, ZMQ_USE_FD, fd, &err);
	if (err == ERR_NONE && zmq_bind(sock->handle, address) != 0)
		err = sock_err(errno);
	if (err != ERR_NONE) {
		(void)close(fd);
		return err;
	}
	return sock_set_access(sock, (gid_t)-1, 0660);
}

enum err
sock_set_access(struct sock *sock, gid_t gid, mode_t mode)
{
	struct stat info;

	/* The unit allows no chown(), and as a rule the group is right. */
	if (stat(sock->endpoint, &info) != 0 ||
	    (gid != (gid_t)-1 && gid != info.st_gid &&
		chown(sock->endpoint, (uid_t)-1, gid) != 0) ||
	    chmod(sock->endpoint, mode) != 0)
		return sock_err(errno);
	return ERR_NONE;
}
