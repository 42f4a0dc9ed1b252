; Tauri's installer ends the app before it replaces or removes its files, but not the command line, which may run in the
; background to hold sessions of local servers. Its file could not be written then.
!macro EndCommandLine
  nsis_tauri_utils::KillProcessCurrentUser "patchbay.exe"
  Pop $R0
  ; It ran: Windows takes a moment to let go of its file.
  ${If} $R0 = 0
    Sleep 500
  ${EndIf}
!macroend

!macro NSIS_HOOK_PREINSTALL
  !insertmacro EndCommandLine
!macroend

!macro NSIS_HOOK_PREUNINSTALL
  !insertmacro EndCommandLine
!macroend
