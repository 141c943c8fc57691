extension Superblock {
  /// ext2, ext3, ext4: struct ext4_super_block, 1024 bytes at 1024. ext4 has features that ext3 does not know; ext3 has a journal.
  static func ext(_ block: DiskBytes.Window) throws(SuperblockError) -> Superblock? {
    guard block.count == 1024, block.little16(0x38) == 0xEF53 else { return nil }
    let compatible = block.little32(0x5C)
    let incompatible = block.little32(0x60)
    let readOnly = block.little32(0x64)
    let revision = block.little32(0x4C)
    // A journal of its own is no file system.
    guard incompatible & 0x8 == 0 else { return nil }

    // sparse_super, large_file, btree_dir; filetype, meta_bg; and recover, which needs a journal.
    let isBeyondExt3 = readOnly & ~0x7 != 0 || incompatible & ~0x16 != 0
    let hasJournal = compatible & 0x4 != 0
    let type: FileSystemType = isBeyondExt3 ? .ext4 : hasJournal ? .ext3 : incompatible & 0x4 != 0 ? .ext4 : .ext2

    guard revision <= 1 else { throw .damaged(type, "its revision is unknown") }
    guard block.little32(0x18) <= 6 else { throw .damaged(type, "impossible block size") }
    guard block.little32(0) > 0, block.little32(0x28) > 0 else { throw .damaged(type, "it has no inodes") }
    let blocks = UInt64(block.little32(4)) | (incompatible & 0x80 == 0 ? 0 : UInt64(block.little32(0x150)) << 32)
    guard blocks > UInt64(block.little32(0x14)), block.little32(0x20) > 0 else { throw .damaged(type, "it has no blocks") }
    guard revision == 0 || isPowerOfTwo(UInt32(block.little16(0x58)), from: 128, to: 1024 << block.little32(0x18)) else {
      throw .damaged(type, "impossible inode size")
    }
    if readOnly & 0x400 != 0 {  // metadata_csum
      guard block.byte(0x175) == 1 else { throw .damaged(type, "its checksum is of an unknown kind") }
      var crc = CRC32(CRC32.castagnoli)
      crc.add(block, from: 0, count: 0x3FC)
      guard crc.state == block.little32(0x3FC) else { throw .damaged(type, "wrong checksum") }
    }
    return Superblock(type: type, uuid: block.uuid(0x68), label: block.label(0x78, 16))
  }

  /// xfs: struct xfs_dsb, one sector at 0, big-endian.
  static func xfs(_ head: DiskBytes.Window, _ disk: DiskBytes) throws(SuperblockError) -> Superblock? {
    guard head.holds("XFSB", at: 0) else { return nil }
    let blockSize = head.big32(4)
    let sectorSize = head.big16(102)
    let version = head.big16(100) & 15
    guard isPowerOfTwo(blockSize, from: 512, to: 65536), head.byte(120) == blockSize.trailingZeroBitCount else {
      throw .damaged(.xfs, "impossible block size")
    }
    guard isPowerOfTwo(UInt32(sectorSize), from: 512, to: 32768), head.byte(121) == sectorSize.trailingZeroBitCount else {
      throw .damaged(.xfs, "impossible sector size")
    }
    guard version >= 1, version <= 5 else { throw .damaged(.xfs, "its version is unknown") }
    guard head.big64(8) > 0, head.big32(84) > 0, head.big32(88) > 0 else { throw .damaged(.xfs, "it has no blocks") }
    guard head.byte(126) == 0 else { throw .damaged(.xfs, "mkfs.xfs did not come to its end") }
    if version == 5 {
      guard let sector = disk.window(at: 0, count: Int(sectorSize)) else { throw .unreadable(offset: 0) }
      var crc = CRC32(CRC32.castagnoli)
      crc.add(sector, from: 0, count: sector.count, hole: 224)
      guard ~crc.state == sector.little32(224) else { throw .damaged(.xfs, "wrong checksum") }
    }
    return Superblock(type: .xfs, uuid: head.uuid(32), label: head.label(108, 12))
  }

  /// btrfs: struct btrfs_super_block, 4096 bytes at 64 KiB. The copies further on count only for repair, as in the kernel.
  static func btrfs(_ disk: DiskBytes) throws(SuperblockError) -> Superblock? {
    let offset: UInt64 = 0x10000
    guard disk.size >= offset + 4096 else { return nil }
    guard let block = disk.window(at: offset, count: 4096) else { throw .unreadable(offset: offset) }
    guard block.holds("_BHRfS_M", at: 64) else { return nil }
    guard block.little64(48) == offset else { throw .damaged(.btrfs, "it says that it stands elsewhere") }
    guard isPowerOfTwo(block.little32(144), from: 4096, to: 65536) else { throw .damaged(.btrfs, "impossible sector size") }
    guard isPowerOfTwo(block.little32(148), from: 4096, to: 65536) else { throw .damaged(.btrfs, "impossible node size") }
    // crc32c; the other kinds (xxhash64, sha256, blake2b) are left to the kernel.
    guard block.little16(196) <= 3 else { throw .damaged(.btrfs, "its checksum is of an unknown kind") }
    if block.little16(196) == 0 {
      var crc = CRC32(CRC32.castagnoli)
      crc.add(block, from: 32, count: 4096 - 32)
      guard ~crc.state == block.little32(0) else { throw .damaged(.btrfs, "wrong checksum") }
    }
    return Superblock(type: .btrfs, uuid: block.uuid(32), label: block.label(299, 256))
  }

  /// squashfs: struct squashfs_super_block, 96 bytes at 0. It has neither UUID nor label. Linux mounts version 4 only.
  static func squashfs(_ head: DiskBytes.Window) throws(SuperblockError) -> Superblock? {
    guard head.holds("hsqs", at: 0) else { return nil }
    guard head.little16(28) == 4, head.little16(30) == 0 else { throw .damaged(.squashfs, "its version is not 4.0") }
    guard isPowerOfTwo(head.little32(12), from: 4096, to: 1 << 20), head.little16(22) == head.little32(12).trailingZeroBitCount
    else {
      throw .damaged(.squashfs, "impossible block size")
    }
    guard head.little64(40) >= 96 else { throw .damaged(.squashfs, "impossible length") }
    return Superblock(type: .squashfs, uuid: [], label: [])
  }

  /// erofs: struct erofs_super_block, 128 bytes at 1024. Its checksum, where it has one, is over the rest of its first block.
  static func erofs(_ block: DiskBytes.Window, _ disk: DiskBytes) throws(SuperblockError) -> Superblock? {
    guard block.count == 128, block.little32(0) == 0xE0F5_E1E2 else { return nil }
    let bits = block.byte(12)
    guard bits >= 9, bits <= 16 else { throw .damaged(.erofs, "impossible block size") }
    if block.little32(8) & 1 != 0 {
      let count = bits > 10 ? 1 << Int(bits) - 1024 : 1 << Int(bits)
      guard let rest = disk.window(at: 1024, count: count) else { throw .damaged(.erofs, "it is cut off") }
      var crc = CRC32(CRC32.castagnoli)
      crc.add(rest, from: 0, count: count, hole: 4)
      guard crc.state == block.little32(4) else { throw .damaged(.erofs, "wrong checksum") }
    }
    return Superblock(type: .erofs, uuid: block.uuid(48), label: block.label(64, 16))
  }
}
