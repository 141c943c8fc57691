import CSys

/// An error number of the kernel, errno(3).
public struct Errno: Error, Equatable, Sendable {
  public let rawValue: Int32

  public init(_ rawValue: Int32) { self.rawValue = rawValue }

  public static let noEntry = Errno(ENOENT)
  public static let busy = Errno(EBUSY)
  public static let invalid = Errno(EINVAL)
  public static let noDevice = Errno(ENODEV)
  public static let readOnly = Errno(EROFS)
  public static let noProcess = Errno(ESRCH)
  public static let interrupted = Errno(EINTR)
  public static let tooBig = Errno(E2BIG)
  public static let notExecutable = Errno(ENOEXEC)
  public static let noChild = Errno(ECHILD)
  public static let again = Errno(EAGAIN)
  public static let noMemory = Errno(ENOMEM)
  public static let noAccess = Errno(EACCES)
  public static let loop = Errno(ELOOP)
  public static let isDirectory = Errno(EISDIR)
  public static let exists = Errno(EEXIST)
  public static let notPermitted = Errno(EPERM)
  public static let notImplemented = Errno(ENOSYS)
  public static let notSupported = Errno(EOPNOTSUPP)
  public static let badMessage = Errno(EBADMSG)
  public static let messageSize = Errno(EMSGSIZE)
  public static let tooManyFiles = Errno(EMFILE)
  public static let brokenPipe = Errno(EPIPE)
  public static let notRecoverable = Errno(ENOTRECOVERABLE)
  public static let noSpace = Errno(ENOSPC)
  public static let timedOut = Errno(ETIMEDOUT)
  public static let notConnected = Errno(ENOTCONN)

  /// strerror(3): text in English that lives for ever. musl has none for what a broken file system answers.
  public var text: Text { rawValue == EUCLEAN ? Text("Structure needs cleaning") : CString(at: strerror(rawValue)).text }
}

/// Turns a libc call's result of -1 into its errno.
@inline(__always)
func checkCall(_ result: Int32) throws(Errno) -> Int32 {
  guard result < 0 else { return result }
  throw Errno(csys_errno())
}

/// Turns a result or -errno, as CSys and the kernel give it, into a value or an error.
@inline(__always)
func check<Result: SignedInteger>(_ result: Result) throws(Errno) -> Result {
  guard result < 0 else { return result }
  throw Errno(Int32(truncatingIfNeeded: -result))
}
