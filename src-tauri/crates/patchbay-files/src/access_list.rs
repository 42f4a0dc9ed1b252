//! The access lists of Windows: reading and setting them.
#![expect(
    unsafe_code,
    reason = "the system's own calls; nothing that wraps these is among our dependencies"
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

/// The words for whoever owns the thing at `path` and whom its list lets in.
///
/// # Errors
/// The system's own.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let path = wide(path)?;
    let asked = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    let mut found = SystemAllocation(null_mut());
    // SAFETY: the path ends with a zero, and what is not asked for may be null.
    let error = unsafe {
        GetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            asked,
            null_mut(),
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut found.0,
        )
    };
    check_code(error)?;
    to_sddl(&found, asked)
}

/// Gives the thing at `path` the list of these words, in place of all that the folder around it says.
///
/// # Errors
/// The system's own; where a disk has no lists, that too.
pub(crate) fn set(path: &Path, list: &str) -> io::Result<()> {
    let path = wide(path)?;
    let descriptor = from_sddl(list)?;
    let (mut is_there, mut is_default) = (0, 0);
    let mut entries: *mut ACL = null_mut();
    // SAFETY: the descriptor lives until the end of this function, and with it the list within.
    let error = unsafe {
        let got = GetSecurityDescriptorDacl(
            descriptor.0,
            &raw mut is_there,
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

/// Makes a folder with the list of these words; it never has another.
///
/// # Errors
/// The system's own.
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

/// The user of this process, as [`read`] names accounts.
///
/// # Errors
/// The system's own.
pub(crate) fn user() -> io::Result<String> {
    // Written down and read again, for some accounts have two letters in place of a number.
    let descriptor = from_sddl(&format!("O:{}", user_number()?))?;
    let owner = to_sddl(&descriptor, OWNER_SECURITY_INFORMATION)?;
    Ok(owner.trim_start_matches("O:").to_owned())
}

fn user_number() -> io::Result<String> {
    let token = Token::of_process()?;
    let mut size = 0;
    // SAFETY: a first call without room tells how much is needed; the second has that much, aligned as the
    // structure is, and the number lies within it.
    unsafe {
        GetTokenInformation(token.0, TokenUser, null_mut(), 0, &raw mut size);
        let mut room = vec![0_u64; (size as usize).div_ceil(size_of::<u64>())];
        let buffer = room.as_mut_ptr().cast::<c_void>();
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

fn from_sddl(words: &str) -> io::Result<SystemAllocation> {
    let words: Vec<u16> = words.encode_utf16().chain([0]).collect();
    let mut made = SystemAllocation(null_mut());
    // SAFETY: the words end with a zero; what is made is freed when it is dropped.
    check_result(unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            words.as_ptr(),
            SDDL_REVISION_1,
            &raw mut made.0,
            null_mut(),
        )
    })?;
    Ok(made)
}

fn to_sddl(
    descriptor: &SystemAllocation,
    asked: OBJECT_SECURITY_INFORMATION,
) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: the descriptor is one that the system made.
    unsafe {
        check_result(ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor.0,
            SDDL_REVISION_1,
            asked,
            &raw mut text,
            null_mut(),
        ))?;
        Ok(take_text(text))
    }
}

/// A text of the system's, which is freed.
///
/// # Safety
/// It ends with a zero, and nobody else has it.
unsafe fn take_text(text: *mut u16) -> String {
    let text = SystemAllocation(text.cast());
    let letters = text.0.cast::<u16>();
    // SAFETY: every place up to the zero at its end belongs to it.
    unsafe {
        let length = (0..).take_while(|at| *letters.add(*at) != 0).count();
        String::from_utf16_lossy(std::slice::from_raw_parts(letters, length))
    }
}

/// Something that the system made and whoever asked for it has to free.
struct SystemAllocation(PSECURITY_DESCRIPTOR);

impl Drop for SystemAllocation {
    fn drop(&mut self) {
        // SAFETY: it was made for us alone; of nothing there is nothing to be freed.
        unsafe { LocalFree(self.0) };
    }
}

/// Who a process is.
struct Token(HANDLE);

impl Token {
    fn of_process() -> io::Result<Self> {
        let mut token = Self(null_mut());
        // SAFETY: the handle of this process always holds.
        check_result(unsafe {
            OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token.0)
        })?;
        Ok(token)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // SAFETY: it is open, and nobody else has it.
        unsafe { CloseHandle(self.0) };
    }
}

/// The path as the system takes it, however long it is.
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
