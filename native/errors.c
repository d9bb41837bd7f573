/* Failed system calls, thrown in the form in which Node throws them. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

struct description {
  int number;
  const char *name;
  const char *text;
};

/* The wording of libuv, which is Node's. */
static const struct description descriptions[] = {
    {EPERM, "EPERM", "operation not permitted"},
    {ENOENT, "ENOENT", "no such file or directory"},
    {ESRCH, "ESRCH", "no such process"},
    {EINTR, "EINTR", "interrupted system call"},
    {EIO, "EIO", "i/o error"},
    {ENXIO, "ENXIO", "no such device or address"},
    {E2BIG, "E2BIG", "argument list too long"},
    {EBADF, "EBADF", "bad file descriptor"},
    {EAGAIN, "EAGAIN", "resource temporarily unavailable"},
    {ENOMEM, "ENOMEM", "not enough memory"},
    {EACCES, "EACCES", "permission denied"},
    {EFAULT, "EFAULT", "bad address in system call argument"},
    {EBUSY, "EBUSY", "resource busy or locked"},
    {EEXIST, "EEXIST", "file already exists"},
    {EXDEV, "EXDEV", "cross-device link not permitted"},
    {ENODEV, "ENODEV", "no such device"},
    {ENOTDIR, "ENOTDIR", "not a directory"},
    {EISDIR, "EISDIR", "illegal operation on a directory"},
    {EINVAL, "EINVAL", "invalid argument"},
    {ENFILE, "ENFILE", "file table overflow"},
    {EMFILE, "EMFILE", "too many open files"},
    {ENOTTY, "ENOTTY", "inappropriate ioctl for device"},
    {ETXTBSY, "ETXTBSY", "text file is busy"},
    {EFBIG, "EFBIG", "file too large"},
    {ENOSPC, "ENOSPC", "no space left on device"},
    {ESPIPE, "ESPIPE", "invalid seek"},
    {EROFS, "EROFS", "read-only file system"},
    {EMLINK, "EMLINK", "too many links"},
    {EPIPE, "EPIPE", "broken pipe"},
    {ERANGE, "ERANGE", "result too large"},
    {ENAMETOOLONG, "ENAMETOOLONG", "name too long"},
    {ENOSYS, "ENOSYS", "function not implemented"},
    {ENOTEMPTY, "ENOTEMPTY", "directory not empty"},
    {ELOOP, "ELOOP", "too many symbolic links encountered"},
    {EUNATCH, "EUNATCH", "protocol driver not attached"},
    {ENODATA, "ENODATA", "no data available"},
    {ENONET, "ENONET", "machine is not on the network"},
    {EPROTO, "EPROTO", "protocol error"},
    {EOVERFLOW, "EOVERFLOW", "value too large for defined data type"},
    {EILSEQ, "EILSEQ", "illegal byte sequence"},
    {ENOTSOCK, "ENOTSOCK", "socket operation on non-socket"},
    {EDESTADDRREQ, "EDESTADDRREQ", "destination address required"},
    {EMSGSIZE, "EMSGSIZE", "message too long"},
    {EPROTOTYPE, "EPROTOTYPE", "protocol wrong type for socket"},
    {ENOPROTOOPT, "ENOPROTOOPT", "protocol not available"},
    {EPROTONOSUPPORT, "EPROTONOSUPPORT", "protocol not supported"},
    {ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT", "socket type not supported"},
    {ENOTSUP, "ENOTSUP", "operation not supported on socket"},
    {EAFNOSUPPORT, "EAFNOSUPPORT", "address family not supported"},
    {EADDRINUSE, "EADDRINUSE", "address already in use"},
    {EADDRNOTAVAIL, "EADDRNOTAVAIL", "address not available"},
    {ENETDOWN, "ENETDOWN", "network is down"},
    {ENETUNREACH, "ENETUNREACH", "network is unreachable"},
    {ECONNABORTED, "ECONNABORTED", "software caused connection abort"},
    {ECONNRESET, "ECONNRESET", "connection reset by peer"},
    {ENOBUFS, "ENOBUFS", "no buffer space available"},
    {EISCONN, "EISCONN", "socket is already connected"},
    {ENOTCONN, "ENOTCONN", "socket is not connected"},
    {ESHUTDOWN, "ESHUTDOWN", "cannot send after transport endpoint shutdown"},
    {ETIMEDOUT, "ETIMEDOUT", "connection timed out"},
    {ECONNREFUSED, "ECONNREFUSED", "connection refused"},
    {EHOSTDOWN, "EHOSTDOWN", "host is down"},
    {EHOSTUNREACH, "EHOSTUNREACH", "host is unreachable"},
    {EALREADY, "EALREADY", "connection already in progress"},
    {EREMOTEIO, "EREMOTEIO", "remote I/O error"},
    {ECANCELED, "ECANCELED", "operation canceled"},

    /* Those that libuv does not know, and a file system, a key of it or a child may answer (strerror(3)). */
    {ECHILD, "ECHILD", "No child processes"},
    {EDEADLK, "EDEADLK", "Resource deadlock avoided"},
    {ENOLCK, "ENOLCK", "No locks available"},
    {EBADMSG, "EBADMSG", "Bad message"},
    {EINPROGRESS, "EINPROGRESS", "Operation now in progress"},
    {ESTALE, "ESTALE", "Stale file handle"},
    {EUCLEAN, "EUCLEAN", "Structure needs cleaning"},
    {EDQUOT, "EDQUOT", "Disk quota exceeded"},
    {ENOMEDIUM, "ENOMEDIUM", "No medium found"},
    {EMEDIUMTYPE, "EMEDIUMTYPE", "Wrong medium type"},
    {ENOKEY, "ENOKEY", "Required key not available"},
    {EKEYEXPIRED, "EKEYEXPIRED", "Key has expired"},
    {EKEYREVOKED, "EKEYREVOKED", "Key has been revoked"},
    {EKEYREJECTED, "EKEYREJECTED", "Key was rejected by service"},
};

static struct description describe(int number) {
  for (int i = 0; i < LENGTH_OF(descriptions); i++)
    if (descriptions[i].number == number) return descriptions[i];
  return (struct description){number, "UNKNOWN", strerror(number)};
}

/* The message in memory of its own, NULL when there is none left. */
static char *compose_message(
    struct description description, const char *syscall, const char *path, const char *target) {
  char *message = NULL;
  int length;
  if (path && target)
    length = asprintf(
        &message, "%s: %s, %s '%s' -> '%s'", description.name, description.text, syscall, path, target);
  else if (path)
    length = asprintf(&message, "%s: %s, %s '%s'", description.name, description.text, syscall, path);
  else
    length = asprintf(&message, "%s: %s, %s", description.name, description.text, syscall);
  return length < 0 ? NULL : message;
}

static JSValue string_from_text(JSContext *context, const char *text) {
  return string_from_bytes(context, text, strlen(text));
}

JSValue throw_system_error(
    JSContext *context, int number, const char *syscall, const char *path, const char *target) {
  struct description description = describe(number);
  char *message = compose_message(description, syscall, path, target);
  if (!message) return JS_ThrowOutOfMemory(context);
  JSValue text = string_from_text(context, message);
  free(message);

  JSValue error = JS_NewError(context);
  /* Not enumerable, as in every error. */
  const int hidden = JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE;
  if (JS_IsException(error) || JS_IsException(text)) goto failed;
  if (JS_DefinePropertyValueStr(context, error, "message", text, hidden) < 0) goto incomplete;

  struct field fields[5] = {
      {"errno", JS_NewInt32(context, -number)},
      {"code", string_from_text(context, description.name)},
      {"syscall", string_from_text(context, syscall)},
  };
  int count = 3;
  if (path) fields[count++] = (struct field){"path", string_from_text(context, path)};
  if (target) fields[count++] = (struct field){"dest", string_from_text(context, target)};
  if (define_fields(context, error, fields, count)) return JS_Throw(context, error);
  goto incomplete;

failed:
  JS_FreeValue(context, text);
incomplete:
  JS_FreeValue(context, error);
  return JS_EXCEPTION;
}
