#include "client/input.h"

#include "client/run.h"
#include "client/slurp.h"
#include "client/speech.h"

int
input_fault(struct run *run, const char *path, size_t max, const char *remedy,
    enum err err)
{
	path = speech(slurp_name(path));
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err == ERR_NOENT)
		return fault_say(&run->faults, EXIT_NOINPUT, "no_file", NULL,
		    "there is no file %s", path);
	if (err == ERR_DENIED)
		return fault_say(&run->faults, EXIT_NOPERM, "file_denied", NULL,
		    "you may not read %s", path);
	if (err == ERR_SIZE)
		return fault_say(&run->faults, EXIT_DATA, "too_large", remedy,
		    "%s is larger than %zu bytes", path, max);
	return fault_say(&run->faults, EXIT_NOINPUT, "file_unreadable", NULL,
	    "%s cannot be read", path);
}
