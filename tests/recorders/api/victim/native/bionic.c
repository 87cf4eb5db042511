/* The one function of Android's C library that glibc lacks. */
#include <string.h>

int __system_property_get(const char *name, char *value) {
  strcpy(value, strcmp(name, "ro.serialno") == 0 ? "NATIVE-SERIAL" : "");
  return (int)strlen(value);
}
