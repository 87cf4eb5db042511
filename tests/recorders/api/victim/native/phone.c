/*
 * What a phone's C library answers and the host's does not: preloaded, so that it is called instead.
 * Paths of the phone lie below PHONE_ROOT; there are two interfaces, lo and wlan0.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const unsigned char hardware[6] = {0x3c, 0x28, 0x6d, 0x11, 0x22, 0x33};

/* The path below the phone's root, where that has it; else as it is. */
static const char *on_phone(const char *path, char *place) {
  const char *root = getenv("PHONE_ROOT");
  if (root == NULL || path == NULL || path[0] != '/') return path;
  snprintf(place, PATH_MAX, "%s%s", root, path);
  return faccessat(AT_FDCWD, place, F_OK, 0) == 0 ? place : path;
}

static mode_t mode_of(int flags, va_list more) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
  static int (*real)(const char *, int, ...);
  if (real == NULL) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
  char place[PATH_MAX];
  va_list more;
  va_start(more, flags);
  mode_t mode = mode_of(flags, more);
  va_end(more);
  return real(on_phone(path, place), flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
  static int (*real)(int, const char *, int, ...);
  if (real == NULL) real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat");
  char place[PATH_MAX];
  va_list more;
  va_start(more, flags);
  mode_t mode = mode_of(flags, more);
  va_end(more);
  return real(folder, on_phone(path, place), flags, mode);
}

/* bionic's names for the same, which compilers put in where they check calls (FORTIFY). */
int __open_2(const char *path, int flags) {
  static int (*real)(const char *, int);
  if (real == NULL) real = (int (*)(const char *, int))dlsym(RTLD_NEXT, "__open_2");
  char place[PATH_MAX];
  return real(on_phone(path, place), flags);
}

int __openat_2(int folder, const char *path, int flags) {
  static int (*real)(int, const char *, int);
  if (real == NULL) real = (int (*)(int, const char *, int))dlsym(RTLD_NEXT, "__openat_2");
  char place[PATH_MAX];
  return real(folder, on_phone(path, place), flags);
}

FILE *fopen(const char *path, const char *mode) {
  static FILE *(*real)(const char *, const char *);
  if (real == NULL) real = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");
  char place[PATH_MAX];
  return real(on_phone(path, place), mode);
}

DIR *opendir(const char *path) {
  static DIR *(*real)(const char *);
  if (real == NULL) real = (DIR * (*)(const char *)) dlsym(RTLD_NEXT, "opendir");
  char place[PATH_MAX];
  return real(on_phone(path, place));
}

int ioctl(int fd, unsigned long request, ...) {
  static int (*real)(int, unsigned long, ...);
  if (real == NULL) real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
  va_list more;
  va_start(more, request);
  void *argument = va_arg(more, void *);
  va_end(more);
  struct ifreq *asked = argument;
  if (request == SIOCGIFHWADDR && strcmp(asked->ifr_name, "wlan0") == 0) {
    memcpy(asked->ifr_hwaddr.sa_data, hardware, sizeof hardware);
    return 0;
  }
  if (request == SIOCGIFADDR && strcmp(asked->ifr_name, "wlan0") == 0) {
    struct sockaddr_in *address = (struct sockaddr_in *)&asked->ifr_addr;
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(0xc0a80a17); /* 192.168.10.23 */
    return 0;
  }
  return real(fd, request, argument);
}

int getifaddrs(struct ifaddrs **list) {
  static char names[2][6] = {"lo", "wlan0"};
  struct ifaddrs *made = calloc(2, sizeof *made);
  struct sockaddr_ll *addresses = calloc(2, sizeof *addresses);
  if (made == NULL || addresses == NULL) return -1;
  for (int i = 0; i < 2; i++) {
    addresses[i].sll_family = AF_PACKET;
    addresses[i].sll_halen = sizeof hardware;
    made[i].ifa_name = names[i];
    made[i].ifa_addr = (struct sockaddr *)&addresses[i];
  }
  memcpy(addresses[1].sll_addr, hardware, sizeof hardware);
  made[0].ifa_next = &made[1];
  *list = made;
  return 0;
}

void freeifaddrs(struct ifaddrs *list) {
  if (list != NULL) free(list->ifa_addr);
  free(list);
}
