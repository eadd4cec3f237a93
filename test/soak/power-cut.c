/*
 * LD_PRELOAD shim: keeps beside each file of a folder what a power cut would leave of it, that is its content at the last fsync.
 *
 * POWER_CUT_FOLDER is watched, POWER_CUT_DISK holds the durable copies under the same names. A write only notes which bytes it touched;
 * fsync and fdatasync carry them over. A file that was created and never synced has no copy. A deletion is durable with the next sync
 * of any file, as on a journalling file system. Memory maps are not watched: SQLite maps only the -shm file, which it makes anew.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
#define NAMES 32
#define NAME_LENGTH 128

struct range {
  off64_t from, until;
};

struct watched {
  char name[NAME_LENGTH];
  struct range *dirty;
  size_t count, room;
  /* The smallest size it had since the last sync: what was beyond it is gone even if the file grew again. */
  off64_t lowest;
  int deleted;
};

static struct watched files[NAMES];
static int names;
static struct {
  int file; /* place in files + 1; 0: not ours */
  ino64_t inode;
} fds[FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *disk;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_unlink)(const char *);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void begin(void) {
  folder = getenv("POWER_CUT_FOLDER");
  disk = getenv("POWER_CUT_DISK");
  real_open = dlsym(RTLD_NEXT, "open64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
}

static void die(const char *what) {
  fprintf(stderr, "power-cut: %s: %s\n", what, strerror(errno));
  _exit(99);
}

/* The name within the folder, or NULL. */
static const char *name_of(const char *path) {
  if (!folder || !disk || !path) return NULL;
  size_t length = strlen(folder);
  if (strncmp(path, folder, length) != 0 || path[length] != '/') return NULL;
  const char *name = path + length + 1;
  return strchr(name, '/') || strlen(name) >= NAME_LENGTH ? NULL : name;
}

static struct watched *find(const char *name) {
  for (int at = 0; at < names; at++)
    if (strcmp(files[at].name, name) == 0) return &files[at];
  if (names == NAMES) die("too many files");
  struct watched *file = &files[names++];
  strcpy(file->name, name);
  file->lowest = -1;
  return file;
}

static int copy_of(struct watched *file, int flags) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", disk, file->name);
  return real_open(path, flags, 0600);
}

static void shrunk(struct watched *file, off64_t size) {
  if (file->lowest < 0 || size < file->lowest) file->lowest = size;
}

static void opened(int fd, const char *path) {
  if (fd < 0 || fd >= FDS) return;
  const char *name = name_of(path);
  struct stat64 now;
  pthread_mutex_lock(&lock);
  fds[fd].file = 0;
  if (name && fstat64(fd, &now) == 0 && S_ISREG(now.st_mode)) {
    struct watched *file = find(name);
    fds[fd].file = (int)(file - files) + 1;
    fds[fd].inode = now.st_ino;
    /* New or emptied: nothing of an older file of that name is left in it. */
    if (now.st_size == 0) shrunk(file, 0);
  }
  pthread_mutex_unlock(&lock);
}

/* Call with the lock. The number may have been closed unseen and given to something else. */
static struct watched *file_of(int fd) {
  struct stat64 now;
  if (fd < 0 || fd >= FDS || fds[fd].file == 0) return NULL;
  if (fstat64(fd, &now) == 0 && now.st_ino == fds[fd].inode) return &files[fds[fd].file - 1];
  fds[fd].file = 0;
  return NULL;
}

static void wrote(int fd, off64_t from, ssize_t length) {
  if (length <= 0 || fd < 0 || fd >= FDS || fds[fd].file == 0) return;
  int before = errno;
  pthread_mutex_lock(&lock);
  struct watched *file = file_of(fd);
  if (file) {
    if (from < 0) from = lseek64(fd, 0, SEEK_CUR) - length;
    struct range *last = file->count > 0 ? &file->dirty[file->count - 1] : NULL;
    if (last && last->until == from) {
      last->until = from + length;
    } else {
      if (file->count == file->room) {
        file->room = file->room ? file->room * 2 : 64;
        file->dirty = realloc(file->dirty, file->room * sizeof *file->dirty);
        if (!file->dirty) die("memory");
      }
      file->dirty[file->count++] = (struct range){from, from + length};
    }
  }
  pthread_mutex_unlock(&lock);
  errno = before;
}

/* What was written to the file reaches the disk. A cut in the middle leaves some of it there, as it does in life. */
static void carry_over(int fd) {
  if (fd < 0 || fd >= FDS || fds[fd].file == 0) return;
  int before = errno;
  pthread_mutex_lock(&lock);
  struct watched *file = file_of(fd);
  struct stat64 now;
  if (file && fstat64(fd, &now) == 0) {
    char block[65536];
    int copy = copy_of(file, O_RDWR | O_CREAT);
    if (copy < 0) die("copy");
    if (file->lowest >= 0) {
      struct stat64 old;
      if (fstat64(copy, &old) != 0) die("size");
      if (old.st_size > file->lowest && real_ftruncate(copy, file->lowest) != 0) die("truncate");
    }
    for (size_t at = 0; at < file->count; at++) {
      off64_t place = file->dirty[at].from;
      while (place < file->dirty[at].until) {
        size_t wanted = (size_t)(file->dirty[at].until - place);
        ssize_t got = pread64(fd, block, wanted < sizeof block ? wanted : sizeof block, place);
        if (got < 0) die("read");
        if (got == 0) break; /* cut off since */
        if (real_pwrite(copy, block, (size_t)got, place) != got) die("write");
        place += got;
      }
    }
    if (real_ftruncate(copy, now.st_size) != 0) die("truncate");
    file->count = 0;
    file->lowest = -1;
    file->deleted = 0;
    real_close(copy);
    for (int at = 0; at < names; at++) {
      if (!files[at].deleted) continue;
      char gone[8192];
      snprintf(gone, sizeof gone, "%s/%s", disk, files[at].name);
      real_unlink(gone);
      files[at].deleted = 0;
    }
  }
  pthread_mutex_unlock(&lock);
  errno = before;
}

#define OPEN(name)                                     \
  int name(const char *path, int flags, ...) {         \
    va_list more;                                      \
    va_start(more, flags);                             \
    int mode = va_arg(more, int);                      \
    va_end(more);                                      \
    int fd = real_open(path, flags, mode);             \
    opened(fd, path);                                  \
    return fd;                                         \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (fd >= 0 && fd < FDS) fds[fd].file = 0;
  return real_close(fd);
}

int unlink(const char *path) {
  int result = real_unlink(path);
  const char *name = result == 0 ? name_of(path) : NULL;
  if (name) {
    pthread_mutex_lock(&lock);
    find(name)->deleted = 1;
    pthread_mutex_unlock(&lock);
  }
  return result;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  ssize_t done = real_write(fd, bytes, length);
  wrote(fd, -1, done);
  return done;
}

#define PWRITE(name)                                                      \
  ssize_t name(int fd, const void *bytes, size_t length, off64_t place) { \
    ssize_t done = real_pwrite(fd, bytes, length, place);                 \
    wrote(fd, place, done);                                               \
    return done;                                                          \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define FTRUNCATE(name)                       \
  int name(int fd, off64_t size) {            \
    int result = real_ftruncate(fd, size);    \
    if (result == 0) {                        \
      pthread_mutex_lock(&lock);              \
      struct watched *file = file_of(fd);     \
      if (file) shrunk(file, size);           \
      pthread_mutex_unlock(&lock);            \
    }                                         \
    return result;                            \
  }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

int fsync(int fd) {
  int result = real_fsync(fd);
  if (result == 0) carry_over(fd);
  return result;
}

int fdatasync(int fd) {
  int result = real_fdatasync(fd);
  if (result == 0) carry_over(fd);
  return result;
}
