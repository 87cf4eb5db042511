/*
 * An app's native library that calls each function that the catalogue names, as apps do, and says
 * in its own words what it passed and got: begin and end of the call in nanoseconds since the
 * epoch, "result", then each value.
 *
 * JNI_CALL is the name of the native method by which the app asks for a call. Where OWN_CALLS is
 * set, a generated source adds calls of functions that a tester's entries name.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <jni.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_WORDS 48
#define MOST_TEXT 2048

struct prop_info;
int __system_property_get(const char *name, char *value);
const struct prop_info *__system_property_find(const char *name);
int __system_property_read(const struct prop_info *info, char *name, char *value);
int __open_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int32_t AAudioStream_requestStart(void *stream);
int ACameraManager_openCamera(void *manager, const char *id, void *callbacks, void **device);
typedef struct {
  const uint8_t *ptr;
  size_t length;
} AMediaDrmByteArray;
int AMediaDrm_getPropertyByteArray(void *drm, const char *name, AMediaDrmByteArray *value);
uint32_t slCreateEngine(void **, uint32_t, const void *, uint32_t, const void *, const void *);
int ASensorManager_getSensorList(void *manager, void **list);
int ASensorEventQueue_enableSensor(void *queue, const void *sensor);
int ASensorEventQueue_registerSensor(void *, const void *, int32_t period, int64_t latency);

/* What is told of one call. */
struct told {
  char text[MOST_TEXT];
};

static void tell(struct told *told, const char *text) {
  size_t used = strlen(told->text);
  snprintf(told->text + used, sizeof told->text - used, "\x1f%s", text);
}

static void tell_number(struct told *told, long number) {
  char text[32];
  snprintf(text, sizeof text, "%ld", number);
  tell(told, text);
}

static void tell_mac(struct told *told, const unsigned char *bytes) {
  char text[18];
  snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2],
           bytes[3], bytes[4], bytes[5]);
  tell(told, text);
}

static void tell_fd(struct told *told, int fd, const char *path) {
  tell_number(told, fd);
  if (fd < 0) return;
  tell(told, path);
  close(fd);
}

void call_open(struct told *told, char **words) { tell_fd(told, open(words[0], O_RDONLY), words[0]); }

void call_open_2(struct told *told, char **words) { tell_fd(told, __open_2(words[0], O_RDONLY), words[0]); }

void call_openat(struct told *told, char **words) {
  tell_fd(told, openat(AT_FDCWD, words[0], O_RDONLY), words[0]);
}

void call_openat_2(struct told *told, char **words) {
  tell_fd(told, __openat_2(AT_FDCWD, words[0], O_RDONLY), words[0]);
}

void call_fopen(struct told *told, char **words) {
  FILE *file = fopen(words[0], "r");
  tell(told, file == NULL ? "none" : "some");
  if (file == NULL) return;
  tell(told, words[0]);
  fclose(file);
}

void call_opendir(struct told *told, char **words) {
  DIR *folder = opendir(words[0]);
  tell(told, folder == NULL ? "none" : "some");
  if (folder == NULL) return;
  tell(told, words[0]);
  closedir(folder);
}

void call_popen(struct told *told, char **words) {
  FILE *out = popen(words[0], "r");
  char line[512] = "";
  if (out != NULL && fgets(line, sizeof line, out) == NULL) line[0] = 0;
  if (out != NULL) pclose(out);
  tell(told, out == NULL ? "none" : "some");
  if (out != NULL) tell(told, words[0]);
}

void call_system(struct told *told, char **words) {
  char quiet[MOST_TEXT];
  snprintf(quiet, sizeof quiet, "%s >/dev/null", words[0]);
  tell_number(told, system(quiet));
  tell(told, quiet);
}

/* As an app does it by hand: in a child, whose output is read. */
void call_execve(struct told *told, char **words) {
  int ends[2];
  if (pipe(ends) != 0) return;
  pid_t child = fork();
  if (child == 0) {
    close(open("/proc/net/arp", O_RDONLY)); /* as children do: by functions that are hooked */
    dup2(ends[1], STDOUT_FILENO);
    execve(words[0], words, environ);
    _exit(127);
  }
  close(ends[1]);
  char line[512] = "";
  ssize_t length = read(ends[0], line, sizeof line - 1);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  char whole[MOST_TEXT] = "";
  for (char **word = words; *word != NULL; word++) {
    strcat(whole, word == words ? "" : " ");
    strcat(whole, *word);
  }
  tell_number(told, length > 0 ? 0 : -1);
  tell(told, whole);
}

void call_property_get(struct told *told, char **words) {
  char value[92] = "";
  tell_number(told, __system_property_get(words[0], value));
  tell(told, value);
}

void call_property_find(struct told *told, char **words) {
  const struct prop_info *info = __system_property_find(words[0]);
  tell(told, info == NULL ? "none" : "some");
  if (info == NULL) return;
  char value[92] = "";
  __system_property_read(info, NULL, value);
  tell(told, value);
}

void call_ioctl(struct told *told, char **words) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", words[1] != NULL ? words[1] : "wlan0");
  unsigned long what = strtoul(words[0], NULL, 10);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int done = ioctl(fd, what, &request);
  close(fd);
  tell_number(told, done);
  if (what == SIOCGIFHWADDR) tell_mac(told, (unsigned char *)request.ifr_hwaddr.sa_data);
  if (what == SIOCGIFADDR) {
    char text[9];
    uint32_t address = ((struct sockaddr_in *)&request.ifr_addr)->sin_addr.s_addr;
    snprintf(text, sizeof text, "%08x", ntohl(address));
    tell(told, text);
  }
}

void call_getifaddrs(struct told *told, char **words) {
  (void)words;
  struct ifaddrs *list = NULL;
  tell_number(told, getifaddrs(&list));
  for (struct ifaddrs *one = list; one != NULL; one = one->ifa_next) {
    if (strcmp(one->ifa_name, "wlan0") == 0 && one->ifa_addr->sa_family == AF_PACKET)
      tell_mac(told, ((struct sockaddr_ll *)one->ifa_addr)->sll_addr);
  }
  freeifaddrs(list);
}

void call_gethostname(struct told *told, char **words) {
  (void)words;
  char name[256] = "";
  tell_number(told, gethostname(name, sizeof name));
  tell(told, name);
}

void call_uname(struct told *told, char **words) {
  (void)words;
  struct utsname kernel;
  tell_number(told, uname(&kernel));
  tell(told, kernel.release);
  tell(told, kernel.version);
}

void call_socket(struct told *told, char **words) {
  int fd = socket(atoi(words[0]), SOCK_DGRAM, atoi(words[1]));
  tell_number(told, fd);
  if (fd >= 0) close(fd);
}

void call_requestStart(struct told *told, char **words) {
  tell_number(told, AAudioStream_requestStart(words));
}

void call_openCamera(struct told *told, char **words) {
  void *device = NULL;
  tell_number(told, ACameraManager_openCamera(words, words[0], words, &device));
}

void call_getPropertyByteArray(struct told *told, char **words) {
  AMediaDrmByteArray value = {0};
  tell_number(told, AMediaDrm_getPropertyByteArray(words, words[0], &value));
  char text[64] = "";
  for (size_t i = 0; i < value.length; i++) sprintf(text + 2 * i, "%02x", value.ptr[i]);
  tell(told, text);
}

void call_slCreateEngine(struct told *told, char **words) {
  void *engine = NULL;
  (void)words;
  tell_number(told, slCreateEngine(&engine, 0, NULL, 0, NULL, NULL));
}

void call_getSensorList(struct told *told, char **words) {
  void *list = NULL;
  tell_number(told, ASensorManager_getSensorList(words, &list));
}

void call_enableSensor(struct told *told, char **words) {
  tell_number(told, ASensorEventQueue_enableSensor(words, told));
}

void call_registerSensor(struct told *told, char **words) {
  tell_number(told, ASensorEventQueue_registerSensor(words, told, 20000, 0));
}

/* Functions that the catalogue leaves alone and testers may not: they only read. */

static void tell_path(struct told *told, int result, const char *path) {
  tell_number(told, result);
  if (result >= 0) tell(told, path);
}

void call_access(struct told *told, char **words) {
  tell_path(told, access(words[0], R_OK), words[0]);
}

void call_stat(struct told *told, char **words) {
  struct stat found;
  tell_path(told, stat(words[0], &found), words[0]);
}

void call_lstat(struct told *told, char **words) {
  struct stat found;
  tell_path(told, lstat(words[0], &found), words[0]);
}

void call_readlink(struct told *told, char **words) {
  char target[512] = "";
  tell_path(told, (int)readlink(words[0], target, sizeof target - 1), target);
}

void call_getenv(struct told *told, char **words) {
  const char *value = getenv(words[0]);
  tell(told, value == NULL ? "none" : "some");
}

void call_sysinfo(struct told *told, char **words) {
  struct sysinfo found;
  (void)words;
  tell_number(told, sysinfo(&found));
}

#ifdef OWN_CALLS
long call_own(const char *function, char **words);
#endif

static const struct {
  const char *function;
  void (*call)(struct told *, char **);
} calls[] = {
    {"open", call_open},
    {"__open_2", call_open_2},
    {"openat", call_openat},
    {"__openat_2", call_openat_2},
    {"fopen", call_fopen},
    {"opendir", call_opendir},
    {"popen", call_popen},
    {"system", call_system},
    {"execve", call_execve},
    {"__system_property_get", call_property_get},
    {"__system_property_find", call_property_find},
    {"ioctl", call_ioctl},
    {"getifaddrs", call_getifaddrs},
    {"gethostname", call_gethostname},
    {"uname", call_uname},
    {"socket", call_socket},
    {"AAudioStream_requestStart", call_requestStart},
    {"ACameraManager_openCamera", call_openCamera},
    {"AMediaDrm_getPropertyByteArray", call_getPropertyByteArray},
    {"slCreateEngine", call_slCreateEngine},
    {"ASensorManager_getSensorList", call_getSensorList},
    {"ASensorEventQueue_enableSensor", call_enableSensor},
    {"ASensorEventQueue_registerSensor", call_registerSensor},
    {"access", call_access},
    {"stat", call_stat},
    {"lstat", call_lstat},
    {"readlink", call_readlink},
    {"getenv", call_getenv},
    {"sysinfo", call_sysinfo},
};

static long long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

JNIEXPORT jstring JNICALL JNI_CALL(
    JNIEnv *env, jclass type, jstring function, jobjectArray arguments) {
  (void)type;
  char *words[MOST_WORDS + 1] = {NULL};
  jsize count = (*env)->GetArrayLength(env, arguments);
  for (jsize i = 0; i < count && i < MOST_WORDS; i++) {
    jstring word = (jstring)(*env)->GetObjectArrayElement(env, arguments, i);
    const char *text = (*env)->GetStringUTFChars(env, word, NULL);
    words[i] = strdup(text);
    (*env)->ReleaseStringUTFChars(env, word, text);
  }
  const char *name = (*env)->GetStringUTFChars(env, function, NULL);
  struct told told = {""};
  long long begin = nanoseconds();
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    if (strcmp(calls[i].function, name) == 0) calls[i].call(&told, words);
  }
#ifdef OWN_CALLS
  if (told.text[0] == 0) tell_number(&told, call_own(name, words));
#endif
  char answer[MOST_TEXT + 64];
  snprintf(answer, sizeof answer, "%lld\x1f%lld%s", begin, nanoseconds(), told.text);
  (*env)->ReleaseStringUTFChars(env, function, name);
  for (jsize i = 0; i < MOST_WORDS; i++) free(words[i]);
  return (*env)->NewStringUTF(env, answer);
}
