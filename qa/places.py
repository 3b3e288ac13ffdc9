"""Folders that are watched: whether one is still itself, whether its system reports changes, which changes concern us."""

from __future__ import annotations

import os
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

SHARED = frozenset(
    "9p afs beegfs ceph cifs drvfs fuse.glusterfs fuse.rclone fuse.s3fs fuse.sshfs fuse.vmhgfs-fuse gfs2 glusterfs lustre"
    " ncpfs nfs nfs4 ocfs2 smb3 smbfs vboxsf virtiofs".split()
)
"""File systems that other machines write to: the system reports only what this one does."""


def mark(path: Path) -> tuple[int, ...] | None:
    """Changes when a path comes to be another folder (a drive mounted on it), or is another file; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    own = found.st_dev, found.st_ino
    return own if path.is_dir() else (*own, found.st_size, found.st_mtime_ns)


def polled(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether changes in a folder must be looked for, because its file system does not report all of them."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False  # another system than Linux: its own way of reporting is tried
    kinds = {}
    for line in lines:
        own, _, kind = line.partition(" - ")
        # Spaces in a mount point are written as octal numbers.
        point = own.split(" ")[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
        kinds[os.fsdecode(point.encode("latin-1", "replace"))] = kind.split(" ")[0]
    for place in (folder, *folder.parents):
        if (found := kinds.get(str(place))) is not None:
            return found in SHARED
    return False


def concerns(path: Path, folder: Path, home: Path, uploads: Path) -> bool:
    """Whether a change at `path` may be one of a file that is read from `folder`.

    Hidden files are not, nor is the archive in `home` itself, but for its folder of uploads.
    """
    if not path.is_relative_to(folder):
        return False
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and (folder == uploads or not path.is_relative_to(home))
