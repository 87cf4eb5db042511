/* System properties as bionic hands them out, which the host's C library does not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* Properties: every name has the value "value of <name>". */
typedef struct prop_info {
  char name[128];
} prop_info;

int __system_property_read(const prop_info *info, char *name, char *value) {
  if (name != NULL) strcpy(name, info->name);
  return snprintf(value, 92, "value of %s", info->name);
}

const prop_info *__system_property_find(const char *name) {
  static prop_info found;
  if (strncmp(name, "absent.", 7) == 0) return NULL;
  snprintf(found.name, sizeof found.name, "%s", name);
  return &found;
}

int __system_property_get(const char *name, char *value) {
  return snprintf(value, 92, "value of %s", name);
}

/* On a phone these are the C library's: whoever looks among all libraries finds them. */
__attribute__((constructor)) static void be_found(void) {
  dlopen("libproperties.so", RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
}
