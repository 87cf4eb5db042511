/*
 * Preloaded into every app process of a twin.
 *
 * 1. The process sees the phone's wall clock: host time plus an offset plus a drift. Monotonic
 *    clocks stay the host's, as skew on a phone concerns the wall clock alone.
 *    Code that finds libc's functions past this library (an injected agent does) is led here too:
 *    their first instructions are replaced by a jump.
 * 2. The process dies with the twin, however the twin ends: PR_SET_PDEATHSIG is set here, before
 *    any other code, so that no window without it exists and no code runs between fork and exec.
 *
 * Environment: TWIN_CLOCK_OFFSET_NS, TWIN_CLOCK_DRIFT_PPM (decimal), TWIN_CLOCK_REFERENCE_NS
 * (host time at which the drift is zero), TWIN_PARENT_PID.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long offset_ns;
static long long reference_ns;
static double drift_ppm;

/* Make `from` jump to `to`. Where that cannot be done, the overriding by name still holds. */
static void redirect(void *from, void *to) {
#if defined(__x86_64__)
  unsigned char jump[14] = {0xff, 0x25, 0, 0, 0, 0}; /* jmp *0(%rip), then the address */
  memcpy(jump + 6, &to, sizeof to);
#elif defined(__aarch64__)
  uint32_t code[2] = {0x58000050, 0xd61f0200}; /* ldr x16, #8; br x16; then the address */
  unsigned char jump[16];
  memcpy(jump, code, sizeof code);
  memcpy(jump + 8, &to, sizeof to);
#else
  return;
#endif
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = (uintptr_t)from & ~(page - 1);
  size_t size = ((uintptr_t)from + sizeof jump - first + page - 1) & ~(page - 1);
  if (from == NULL || from == to) return;
  if (mprotect((void *)first, size, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) return;
  memcpy(from, jump, sizeof jump);
  __builtin___clear_cache((char *)from, (char *)from + sizeof jump);
  mprotect((void *)first, size, PROT_READ | PROT_EXEC);
}

static void redirect_libc(void) {
  redirect(dlsym(RTLD_NEXT, "clock_gettime"), (void *)(uintptr_t)clock_gettime);
  redirect(dlsym(RTLD_NEXT, "gettimeofday"), (void *)(uintptr_t)gettimeofday);
  redirect(dlsym(RTLD_NEXT, "time"), (void *)(uintptr_t)time);
}

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
  redirect_libc();
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
