/*
 * Preloaded into every app process of a twin.
 *
 * 1. The process sees the phone's wall clock: host time plus an offset plus a drift. Monotonic
 *    clocks stay the host's, as skew on a phone concerns the wall clock alone.
 * 2. The process dies with the twin, however the twin ends: PR_SET_PDEATHSIG is set here, before
 *    any other code, so that no window without it exists and no code runs between fork and exec.
 *
 * Environment: TWIN_CLOCK_OFFSET_NS, TWIN_CLOCK_DRIFT_PPM (decimal), TWIN_CLOCK_REFERENCE_NS
 * (host time at which the drift is zero), TWIN_PARENT_PID.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long offset_ns;
static long long reference_ns;
static double drift_ppm;

__attribute__((constructor)) static void start(void) {
  const char *value;
  if ((value = getenv("TWIN_CLOCK_OFFSET_NS")) != NULL) offset_ns = strtoll(value, NULL, 10);
  if ((value = getenv("TWIN_CLOCK_REFERENCE_NS")) != NULL) reference_ns = strtoll(value, NULL, 10);
  if ((value = getenv("TWIN_CLOCK_DRIFT_PPM")) != NULL) drift_ppm = strtod(value, NULL);
  if ((value = getenv("TWIN_PARENT_PID")) != NULL) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* The twin may have died before the line above. */
    if (getppid() != (pid_t)strtol(value, NULL, 10)) _exit(0);
  }
}

static long long phone_ns(const struct timespec *host) {
  long long now = (long long)host->tv_sec * 1000000000LL + host->tv_nsec;
  return now + offset_ns + (long long)((double)(now - reference_ns) * (drift_ppm / 1e6));
}

static int host_clock(clockid_t clock, struct timespec *out) {
  return (int)syscall(SYS_clock_gettime, clock, out);
}

int clock_gettime(clockid_t clock, struct timespec *out) {
  if (host_clock(clock, out) != 0) return -1;
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
    long long now = phone_ns(out);
    out->tv_sec = (time_t)(now / 1000000000LL);
    out->tv_nsec = (long)(now % 1000000000LL);
  }
  return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (out != NULL) {
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
  }
  return 0;
}

time_t time(time_t *out) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}
