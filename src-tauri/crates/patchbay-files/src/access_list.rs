//! Reads and sets access control lists on Windows.
#![expect(
    unsafe_code,
    reason = "system calls for which no dependency has a safe wrapper"
)]

use std::ffi::c_void;
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{CloseHandle, ERROR_SUCCESS, HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW, ConvertSidToStringSidW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, SDDL_REVISION_1,
    SE_FILE_OBJECT, SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    ACL, DACL_SECURITY_INFORMATION, GetSecurityDescriptorDacl, GetTokenInformation,
    OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::extended_path;

/// Returns the owner and the access list of a file or folder, as a security descriptor string.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let path = wide(path)?;
    let information = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    let mut found = SystemAllocation(null_mut());
    // SAFETY: the path ends with a zero, and pointers for information that is not requested may be null.
    let error = unsafe {
        GetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            information,
            null_mut(),
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut found.0,
        )
    };
    check_code(error)?;
    to_sddl(&found, information)
}

/// Sets the access list of a file or folder, without inheriting from the parent folder.
///
/// # Errors
/// Those of the system, also when the disk does not support access lists.
pub(crate) fn set(path: &Path, list: &str) -> io::Result<()> {
    let path = wide(path)?;
    let descriptor = from_sddl(list)?;
    let (mut is_present, mut is_default) = (0, 0);
    let mut entries: *mut ACL = null_mut();
    // SAFETY: the descriptor, which contains the list, lives until the end of this function.
    let error = unsafe {
        let got = GetSecurityDescriptorDacl(
            descriptor.0,
            &raw mut is_present,
            &raw mut entries,
            &raw mut is_default,
        );
        check_result(got)?;
        SetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
            null_mut(),
            null_mut(),
            entries,
            null(),
        )
    };
    check_code(error)
}

/// Creates a folder with this access list from the start.
pub(crate) fn create_folder(path: &Path, list: &str) -> io::Result<()> {
    let path = wide(path)?;
    let descriptor = from_sddl(list)?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    // SAFETY: the path ends with a zero, and the descriptor lives until the end of this function.
    check_result(unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) })
}

/// Returns the user of this process, as [`read`] names accounts.
pub(crate) fn user() -> io::Result<String> {
    // Converted back and forth, because some accounts have a two-letter alias instead of a SID.
    let descriptor = from_sddl(&format!("O:{}", user_sid()?))?;
    let owner = to_sddl(&descriptor, OWNER_SECURITY_INFORMATION)?;
    Ok(owner.trim_start_matches("O:").to_owned())
}

fn user_sid() -> io::Result<String> {
    let token = Token::of_process()?;
    let mut size = 0;
    // SAFETY: the first call without a buffer returns the needed size; the second has a buffer of that size, aligned
    // for the structure, and the SID lies within it.
    unsafe {
        GetTokenInformation(token.0, TokenUser, null_mut(), 0, &raw mut size);
        let mut space = vec![0_u64; (size as usize).div_ceil(size_of::<u64>())];
        let buffer = space.as_mut_ptr().cast::<c_void>();
        check_result(GetTokenInformation(
            token.0,
            TokenUser,
            buffer,
            size,
            &raw mut size,
        ))?;
        let mut text = null_mut();
        let user = &*buffer.cast::<TOKEN_USER>();
        check_result(ConvertSidToStringSidW(user.User.Sid, &raw mut text))?;
        Ok(take_text(text))
    }
}

fn from_sddl(text: &str) -> io::Result<SystemAllocation> {
    let text: Vec<u16> = text.encode_utf16().chain([0]).collect();
    let mut descriptor = SystemAllocation(null_mut());
    // SAFETY: the text ends with a zero; the descriptor is freed when it is dropped.
    check_result(unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor.0,
            null_mut(),
        )
    })?;
    Ok(descriptor)
}

fn to_sddl(
    descriptor: &SystemAllocation,
    information: OBJECT_SECURITY_INFORMATION,
) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: the descriptor was created by the system.
    unsafe {
        check_result(ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor.0,
            SDDL_REVISION_1,
            information,
            &raw mut text,
            null_mut(),
        ))?;
        Ok(take_text(text))
    }
}

/// Copies a text that the system allocated, and frees it.
///
/// # Safety
/// The text ends with a zero and is not used elsewhere.
unsafe fn take_text(text: *mut u16) -> String {
    let text = SystemAllocation(text.cast());
    let letters = text.0.cast::<u16>();
    // SAFETY: everything up to the terminating zero belongs to the text.
    unsafe {
        let length = (0..).take_while(|at| *letters.add(*at) != 0).count();
        String::from_utf16_lossy(std::slice::from_raw_parts(letters, length))
    }
}

/// Memory that the system allocated for the caller.
struct SystemAllocation(PSECURITY_DESCRIPTOR);

impl Drop for SystemAllocation {
    fn drop(&mut self) {
        // SAFETY: it was allocated for us; freeing null does nothing.
        unsafe { LocalFree(self.0) };
    }
}

/// An access token.
struct Token(HANDLE);

impl Token {
    fn of_process() -> io::Result<Self> {
        let mut token = Self(null_mut());
        // SAFETY: the pseudo handle of this process is always valid.
        check_result(unsafe {
            OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token.0)
        })?;
        Ok(token)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // SAFETY: the handle is open and not used elsewhere.
        unsafe { CloseHandle(self.0) };
    }
}

/// The path as zero-terminated UTF-16, of any length.
fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let path = extended_path(path)?;
    Ok(path.as_os_str().encode_wide().chain([0]).collect())
}

fn check_result(answer: i32) -> io::Result<()> {
    match answer {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn check_code(error: u32) -> io::Result<()> {
    match error {
        ERROR_SUCCESS => Ok(()),
        error => Err(io::Error::from_raw_os_error(error.cast_signed())),
    }
}
